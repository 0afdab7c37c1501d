// einfo and its kin as programs, for xargs, find and other shells. In the ebuild's own shell they are functions, whose
// messages cooper also collects (runtime/lib/messages.bash).
#include <cstdio>

#include "helper/helper.h"

namespace cooper::helper {
namespace {

CommandResult message(std::string_view, Arguments words) {
  std::string line = " *";
  for (const std::string& word : words) line += " " + word;
  std::fprintf(stderr, "%s\n", line.c_str());
  return 0;
}

}  // namespace

std::span<const Command> message_commands() {
  static constexpr Command commands[] = {
      {"einfo", message}, {"elog", message}, {"ewarn", message}, {"eerror", message}};
  return commands;
}

}  // namespace cooper::helper

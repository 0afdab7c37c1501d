// emake, nonfatal and die as programs (PMS 12.3.1, 12.3.6, 12.3.8), and install(1) with owners for the ledger.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "helper/helper.h"
#include "helper/owners.h"
#include "helper/place.h"
#include "helper/process.h"
#include "helper/unpack.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

// MAKEOPTS, without the number of jobs where all makes share a jobserver: with one of its own, make would leave it.
std::vector<std::string> make_options() {
  std::vector<std::string> out;
  std::string options = variable("MAKEOPTS");
  bool shared = variable("MAKEFLAGS").find("--jobserver-auth") != std::string::npos;
  bool takes_number = false;  // the word before was "-j" or "-l": a number may follow
  for (std::string_view word : util::words(options)) {
    bool number = word.find_first_not_of("0123456789.") == std::string_view::npos;
    if (shared && takes_number && number) {
      takes_number = false;
      continue;
    }
    takes_number = word == "-j" || word == "-l" || word == "--jobs" || word == "--load-average";
    bool jobs = word.starts_with("-j") || word.starts_with("-l") || word.starts_with("--jobs") ||
                word.starts_with("--load-average");
    if (!shared || !jobs) out.emplace_back(word);
  }
  return out;
}

CommandResult emake(std::string_view, Arguments arguments) {
  Process process;
  std::string make = variable("MAKE"), extra = variable("EXTRA_EMAKE");
  for (std::string_view word : util::words(make.empty() ? "make" : make)) process.argv.emplace_back(word);
  for (std::string& option : make_options()) process.argv.push_back(std::move(option));
  process.argv.insert(process.argv.end(), arguments.begin(), arguments.end());
  for (std::string_view word : util::words(extra)) process.argv.emplace_back(word);
  std::fprintf(stderr, "%s\n", util::join(process.argv, " ").c_str());
  int status = TRY(run(process));
  if (status == 0) return 0;
  char folder[4096];
  std::string where = getcwd(folder, sizeof folder) ? folder : "";
  std::fprintf(stderr, "emake: failed in %s\n", where.c_str());
  return status;
}

CommandResult nonfatal(std::string_view, Arguments arguments) {
  TRY(only_since(7));
  if (arguments.empty()) return refuse("no command was named");
  setenv("COOPER_NONFATAL", "1", 1);
  return run({{arguments.begin(), arguments.end()}});
}

CommandResult die(std::string_view, Arguments arguments) {
  bool may_return = !arguments.empty() && arguments[0] == "-n" && eapi() >= 6;
  if (may_return)
    arguments = arguments.subspan(1);
  else
    setenv("COOPER_NONFATAL", "0", 1);
  std::string message = util::join(arguments, " ");
  return refuse(message.empty() ? "called without a message" : message);
}

// Where install(1) puts its sources: each source's path at the destination.
std::vector<std::string> install_targets(std::vector<std::string> operands, std::string folder, bool make_folders,
                                         bool no_folder) {
  if (make_folders) return operands;
  if (operands.empty()) return {};
  if (folder.empty()) {
    std::string last = operands.back();
    operands.pop_back();
    struct stat info;
    bool is_folder = !no_folder && stat(last.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
    if (!is_folder) return {last};
    folder = last;
  }
  std::vector<std::string> out;
  for (const std::string& operand : operands)
    out.push_back(folder + "/" + std::filesystem::path(operand).filename().string());
  return out;
}

}  // namespace

// Has no name in PATH, as configure scripts would find it there and write it into what they install.
CommandResult install_with_owners(Arguments arguments) {
  std::string owner, group, folder;
  bool make_folders = false, no_folder = false, options_end = false;
  std::vector<std::string> operands;
  Process process{{"install"}};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    auto value_of = [&](std::string_view letter, std::string_view name) -> std::optional<std::string> {
      if (argument.starts_with(name)) return argument.substr(name.size());
      if (!argument.starts_with(letter)) return std::nullopt;
      if (argument.size() > 2) return argument.substr(2);
      return i + 1 < arguments.size() ? arguments[++i] : std::string();
    };
    if (options_end || argument.size() < 2 || argument[0] != '-') {
      operands.push_back(argument);
      process.argv.push_back(argument);
    } else if (auto value = value_of("-o", "--owner=")) {
      owner = *value;
    } else if (auto value = value_of("-g", "--group=")) {
      group = *value;
    } else if (auto value = value_of("-t", "--target-directory=")) {
      folder = *value;
      process.argv.insert(process.argv.end(), {"-t", folder});
    } else if (auto value = value_of("-m", "--mode=")) {
      process.argv.push_back("--mode=" + *value);
    } else {
      if (argument == "--")
        options_end = true;
      else if (argument == "--directory")
        make_folders = true;
      else if (argument == "--no-target-directory")
        no_folder = true;
      else if (argument[1] != '-') {
        make_folders |= argument.find('d') != std::string::npos;
        no_folder |= argument.find('T') != std::string::npos;
      }
      process.argv.push_back(argument);
    }
  }
  std::vector<std::string> targets = install_targets(operands, folder, make_folders, no_folder);
  int status = TRY(run(process));
  if (status != 0) return status;
  for (const std::string& target : targets) TRY(record_owner(owner, group, target));
  return 0;
}

namespace {

CommandResult unpack_command(std::string_view, Arguments arguments) {
  if (arguments.empty()) return refuse("nothing to unpack was named");
  for (const std::string& argument : arguments) TRY(unpack_one(argument));
  TRY(open_permissions("."));
  return 0;
}

}  // namespace

std::span<const Command> build_commands() {
  static constexpr Command commands[] = {
      {"emake", emake},
      {"nonfatal", nonfatal, false},
      {"die", die},
      {"unpack", unpack_command},
  };
  return commands;
}

}  // namespace cooper::helper

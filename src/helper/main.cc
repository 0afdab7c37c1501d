// cooper-helper: picks the command by the name it is called by, or by its first argument.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "helper/helper.h"
#include "helper/serve.h"
#include "util/file.h"

namespace cooper::helper {

std::string variable(std::string_view name) {
  std::string key(name);
  if (const char* value = std::getenv(key.c_str())) return value;
  if (const char* value = std::getenv(("COOPER_" + key).c_str())) return value;
  return {};
}

int eapi() {
  const char* text = std::getenv("COOPER_EAPI");
  return text && *text ? std::atoi(text) : 9;
}

std::string image() {
  std::string out = variable(eapi() >= 3 ? "ED" : "D");
  while (!out.empty() && out.back() == '/') out.pop_back();
  return out;
}

std::string in_image(std::string_view path) {
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  return image() + "/" + std::string(path);
}

std::unexpected<Error> refuse(std::string what, std::string where, std::string why) {
  return fail(ErrorKind::failed, std::move(what), std::move(where), std::move(why));
}

std::unexpected<Error> refuse_errno(std::string what) { return refuse(what + ": " + std::strerror(errno)); }

Result<> banned_since(int first_without) {
  if (eapi() < first_without) return {};
  setenv("COOPER_NONFATAL", "0", 1);  // a banned command ends the build in any case
  return refuse("banned in EAPI " + std::to_string(eapi()) + " (PMS 12.3.2)");
}

Result<> only_since(int first_with) {
  if (eapi() >= first_with) return {};
  return refuse("not available in EAPI " + std::to_string(eapi()) + ", only from EAPI " + std::to_string(first_with) +
                " on");
}

namespace {

std::span<const Command> all_groups(size_t i) {
  switch (i) {
    case 0: return install_commands();
    case 1: return image_commands();
    case 2: return owner_commands();
    case 3: return build_commands();
    case 4: return query_commands();
    case 5: return message_commands();
    default: return {};
  }
}

// Makes FOLDER/NAME → cooper-helper for every command.
int link_commands(const std::string& folder) {
  for (size_t i = 0; !all_groups(i).empty(); ++i) {
    for (const Command& command : all_groups(i)) {
      std::string path = folder + "/" + std::string(command.name);
      unlink(path.c_str());
      if (symlink("cooper-helper", path.c_str()) != 0) {
        std::fprintf(stderr, "cooper-helper: cannot make %s: %s\n", path.c_str(), std::strerror(errno));
        return 1;
      }
    }
  }
  return 0;
}

// Writes the message for the main shell and signals it (runtime/lib/errors.bash).
void end_the_build(const std::string& message) {
  std::string path = variable("COOPER_STATE") + "/helper-failure";
  util::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd && write(fd.get(), message.data(), message.size()) < 0) perror("cooper-helper");
  int pid = std::atoi(variable("COOPER_PID").c_str());
  if (pid > 1) kill(pid, SIGUSR1);
}

int run_command(const Command& command, Arguments arguments) {
  Outcome outcome = outcome_of(command, arguments);
  if (!outcome.message.empty()) std::fprintf(stderr, "%s\n", outcome.message.c_str());
  if (outcome.ends_build) end_the_build(outcome.message);
  return outcome.status;
}

int main_of_helper(int argc, char** argv) {
  std::string name = argc > 0 ? argv[0] : "cooper-helper";
  name = name.substr(name.find_last_of('/') + 1);
  int first = 1;
  if (name == "cooper-helper") {
    if (argc < 2) {
      std::fprintf(
          stderr,
          "usage: cooper-helper COMMAND [ARGUMENT…] | --link-commands FOLDER | --serve NAME PROGRAM [ARGUMENT…]\n");
      return 2;
    }
    name = argv[1];
    first = 2;
  }
  std::vector<std::string> arguments(argv + first, argv + argc);
  if (name == "--link-commands" && arguments.size() == 1) return link_commands(arguments[0]);
  if (name == "--serve" && arguments.size() >= 2)
    return serve_beside(
        arguments[0], std::span<char* const>(argv, static_cast<size_t>(argc)).subspan(static_cast<size_t>(first) + 1));
  static constexpr Command install{"install", [](std::string_view, Arguments a) { return install_with_owners(a); },
                                   false};
  const Command* command = name == "install" ? &install : find_command(name);
  if (!command) {
    std::fprintf(stderr, "cooper-helper: there is no command '%s'\n", name.c_str());
    return 2;
  }
  // What is made has the modes that are asked for, whatever the package's build left the mask at.
  if (name != "emake" && name != "nonfatal") umask(022);
  return run_command(*command, arguments);
}

}  // namespace

const Command* find_command(std::string_view name) {
  for (size_t i = 0; !all_groups(i).empty(); ++i)
    for (const Command& command : all_groups(i))
      if (command.name == name) return &command;
  return nullptr;
}

Outcome outcome_of(const Command& command, Arguments arguments) {
  CommandResult result = command.run(command.name, arguments);
  if (result && *result == 0) return {};
  Outcome out{result ? *result : 1};
  out.ends_build = command.fatal && eapi() >= 4 && variable("COOPER_NONFATAL") != "1";
  std::string name(command.name);
  if (!result)
    out.message = name + ": " + result.error().message();
  else if (out.ends_build)
    out.message = name + ": failed with status " + std::to_string(*result);
  return out;
}

}  // namespace cooper::helper

int main(int argc, char** argv) { return cooper::helper::main_of_helper(argc, argv); }

#include "helper/owners.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "helper/capabilities.h"
#include "helper/helper.h"
#include "helper/process.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

Result<> append_record(const std::string& record) {
  std::string state = variable("COOPER_STATE");
  if (state.empty()) return refuse("COOPER_STATE is not set: this command works inside a build only");
  std::string path = state + "/owners";
  util::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  // One write for one record, so that commands that run side by side do not mix.
  if (!fd || write(fd.get(), record.c_str(), record.size() + 1) != static_cast<ssize_t>(record.size() + 1))
    return refuse_errno("cannot write " + path);
  return {};
}

// Absolute; all symlinks resolved, or all but that of the last component.
Result<std::string> resolve(const std::string& path, bool follow_last) {
  char buffer[PATH_MAX];
  if (follow_last) {
    if (!realpath(path.c_str(), buffer)) return refuse_errno("'" + path + "'");
    return std::string(buffer);
  }
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  size_t slash = trimmed.find_last_of('/');
  std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : trimmed.substr(0, slash);
  if (!realpath(folder.c_str(), buffer)) return refuse_errno("'" + path + "'");
  std::string out = buffer;
  if (out != "/") out += '/';
  return out + trimmed.substr(slash == std::string::npos ? 0 : slash + 1);
}

// The line of a user in /etc/passwd, as fields; empty where there is none. (getpwnam needs shared libraries.)
std::vector<std::string> passwd_entry(const std::string& user) {
  auto text = util::read_file("/etc/passwd");
  if (!text) return {};
  for (std::string_view line : util::lines(*text)) {
    std::vector<std::string_view> fields = util::split(line, ':');
    if (fields.size() >= 4 && fields[0] == user) return {fields.begin(), fields.end()};
  }
  return {};
}

struct Ownership {
  std::string owner, group;  // "" where unchanged
};

// "user", "user:group", "user:", ":group"; the old "user.group" where no user has such a name.
Ownership parse_ownership(const std::string& text, bool group_only) {
  if (group_only) return {"", text};
  size_t colon = text.find(':');
  if (colon == std::string::npos && passwd_entry(text).empty()) colon = text.find('.');
  if (colon == std::string::npos) return {text, ""};
  Ownership out{text.substr(0, colon), text.substr(colon + 1)};
  if (out.group.empty() && !out.owner.empty()) {  // "user:" is the user's login group
    std::vector<std::string> entry = passwd_entry(out.owner);
    out.group = entry.empty() ? out.owner : entry[3];
  }
  return out;
}

Result<> record_tree(const Ownership& who, const std::string& path) {
  TRY(record_owner(who.owner, who.group, path));
  struct stat info;
  if (lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return {};
  for (const std::string& name : TRY(util::list_directory(path))) TRY(record_tree(who, path + "/" + name));
  return {};
}

struct ChangeOptions {
  bool recursive = false, follow = true, quiet = false;
  bool foreign = false;  // an option that is left to the real command
  std::vector<std::string> operands;
};

ChangeOptions parse_change_options(Arguments arguments) {
  ChangeOptions out;
  bool options_end = false;
  for (const std::string& argument : arguments) {
    if (options_end || argument.size() < 2 || argument[0] != '-') {
      out.operands.push_back(argument);
    } else if (argument == "--") {
      options_end = true;
    } else if (argument.starts_with("--")) {
      if (argument == "--recursive")
        out.recursive = true;
      else if (argument == "--no-dereference")
        out.follow = false;
      else if (argument.starts_with("--reference") || argument.starts_with("--from"))
        out.foreign = true;
    } else {
      for (char c : argument.substr(1)) {
        if (c == 'R') out.recursive = true;
        if (c == 'h') out.follow = false;
        if (c == 'f') out.quiet = true;
      }
    }
  }
  return out;
}

// chown, chgrp and fowners. Names of users are not checked: they may come from a package that is not in the build root.
CommandResult change_owner(std::string_view name, Arguments arguments) {
  ChangeOptions options = parse_change_options(arguments);
  if (options.foreign) {
    Process process{{"/bin/" + std::string(name)}};
    process.argv.insert(process.argv.end(), arguments.begin(), arguments.end());
    return run(process);
  }
  if (options.operands.size() < 2) return refuse("needs an owner and at least one path");
  Ownership who = parse_ownership(options.operands[0], name == "chgrp");
  for (size_t i = 1; i < options.operands.size(); ++i) {
    std::string path = name == "fowners" ? in_image(options.operands[i]) : options.operands[i];
    struct stat info;
    if (lstat(path.c_str(), &info) != 0) {
      if (options.quiet) continue;
      return refuse_errno("'" + path + "'");
    }
    if (options.recursive) {
      TRY(record_tree(who, path));
    } else if (options.follow && S_ISLNK(info.st_mode)) {
      TRY(record_owner(who.owner, who.group, TRY(resolve(path, true))));
    } else {
      TRY(record_owner(who.owner, who.group, path));
    }
  }
  return 0;
}

// setcap [-q] [-n UID] (CAPABILITIES | -r) FILE …
CommandResult set_capabilities(std::string_view, Arguments arguments) {
  std::vector<std::string> operands;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "-q" || arguments[i] == "-v") continue;
    if (arguments[i] == "-n")
      ++i;
    else
      operands.push_back(arguments[i]);
  }
  if (operands.empty() || operands.size() % 2 != 0) return refuse("needs pairs of capabilities and a file");
  for (size_t i = 0; i < operands.size(); i += 2) {
    std::string hex;
    if (operands[i] != "-r") hex = TRY(encode_capabilities(operands[i]));
    std::string path = TRY(resolve(operands[i + 1], true));
    TRY(append_record("cap\t" + hex + "\t" + path));
  }
  return 0;
}

// mknod [-m MODE] NAME TYPE [MAJOR MINOR]; a fifo needs no privilege and is made.
CommandResult make_node(std::string_view, Arguments arguments) {
  std::string mode = "0666";
  std::vector<std::string> operands;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "-m" && i + 1 < arguments.size())
      mode = arguments[++i];
    else if (arguments[i].starts_with("--mode="))
      mode = arguments[i].substr(7);
    else
      operands.push_back(arguments[i]);
  }
  if (operands.size() >= 2 && operands[1] == "p") {
    Process process{{"mkfifo", "-m", mode, operands[0]}};
    return run(process);
  }
  if (operands.size() != 4 || (operands[1] != "b" && operands[1] != "c" && operands[1] != "u"))
    return refuse("needs a name, a type (b, c, u or p) and, but for p, a major and a minor number");
  std::string path = TRY(resolve(operands[0], false));
  TRY(append_record("node\t" + (operands[1] == "u" ? "c" : operands[1]) + "\t" + operands[2] + "\t" + operands[3] +
                    "\t" + mode + "\t" + path));
  return 0;
}

}  // namespace

Result<> record_owner(std::string_view owner, std::string_view group, const std::string& path) {
  return append_record("own\t" + std::string(owner) + "\t" + std::string(group) + "\t" + TRY(resolve(path, false)));
}

std::span<const Command> owner_commands() {
  static constexpr Command commands[] = {
      {"fowners", change_owner},           {"chown", change_owner, false}, {"chgrp", change_owner, false},
      {"setcap", set_capabilities, false}, {"mknod", make_node, false},
  };
  return commands;
}

}  // namespace cooper::helper

// Runs the part of bash that ebuilds and eclasses use while they are sourced, without a bash.
//
// It answers only where it is certain that bash would do the same: whatever it does not know, and whatever would print
// something or fail, is an Unsupported, and bash is to be asked. It reads no files but scripts in folders that it is
// given, writes none and runs no programs.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "shell/syntax.h"
#include "shell/unsupported.h"

namespace cooper::shell {

// Script files, each read and parsed once. Safe to use from several threads.
class Library {
 public:
  struct Entry {
    std::shared_ptr<const Script> script;  // null: it cannot be parsed
    Unsupported problem;
  };
  // Null where there is no such file.
  std::shared_ptr<const Entry> find(const std::string& path);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Entry>, std::less<>> entries_;
};

struct Start {
  std::filesystem::path script;  // what the shell sources first
  std::map<std::string, std::string> environment;
  int bash_major = 0, bash_minor = 0;  // which bash to be like
};

// A function that is called with a script that it may source.
struct Call {
  std::string function;
  std::vector<std::string> arguments;
  std::string script;  // path
  std::string_view text;
  std::vector<std::filesystem::path> folders;  // what else may be sourced is in these
};

// A shell that has sourced its first script. Safe to use from several threads.
class Shell {
 public:
  static std::expected<std::unique_ptr<Shell>, Unsupported> start(const Start& start);
  ~Shell();
  // Calls a function in a copy of the shell, and gives what it wrote to descriptor 3.
  std::expected<std::string, Unsupported> call(const Call& call);

 private:
  Shell();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::shell

// Runs a program of this machine and collects what it says. For programs that need no sandbox: apt-config, mmdebstrap,
// git.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::util {

struct ProcessOptions {
  std::string input;                               // standard input
  std::map<std::string, std::string> environment;  // added to this program's own
  // Gets the read end of standard output and must read it to its end; without it the output goes to
  // ProcessResult::output.
  std::function<Result<>(int fd)> on_output;
  std::function<void(std::string_view line)> on_error_line;  // each line of standard error; called from another thread
  // Once true, the program and all that it started are ended, those first asked to (SIGTERM) that can be: an
  // `interrupted` error. With it the program has a process group of its own: signals of the terminal do not reach it.
  const std::atomic<bool>* cancel = nullptr;
  bool own_mounts = false;  // what it mounts is seen by nobody else and goes with it, where this user may have that
};

struct ProcessResult {
  int exit_code = 0;       // 128+signal where a signal ended it
  std::string output;      // standard output
  std::string error_tail;  // the last lines of standard error
};

// argv[0] is searched in PATH. Errors: failed, where the program is not there or `on_output` fails (the program is then
// ended); interrupted, by `cancel`.
Result<ProcessResult> run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// The program's path in PATH or the system folders (/usr/sbin …, which users often lack in PATH); "" where absent.
std::string find_program(std::string_view name);

}  // namespace cooper::util

// A helper that stays: commands without starting a program for each.
#pragma once

#include <span>
#include <string>

#include "helper/helper.h"

namespace cooper::helper {

// How a command ended.
struct Outcome {
  int status = 0;
  std::string message;      // what went wrong, or ""
  bool ends_build = false;  // and nobody is to get the status
};

Outcome outcome_of(const Command& command, Arguments arguments);
const Command* find_command(std::string_view name);

// `cooper-helper --serve NAME PROGRAM ARGUMENT…`: makes the fifos NAME.in and NAME.out, starts a process that answers
// there for as long as this one lives, and becomes PROGRAM (a path), which finds that process's id in COOPER_SERVER.
// Returns only where PROGRAM cannot be run.
//
// A request is a sequence of strings that each end in NUL: how many there are in all after this one, the current
// folder, how many variables follow, the variables (NAME=VALUE; NAME: not set), the command and its arguments. The
// answer is "ok", or four such strings: the status, 1 where the build is to end and else 0, what was printed, and why
// it failed.
int serve_beside(const std::string& name, std::span<char* const> program);

}  // namespace cooper::helper

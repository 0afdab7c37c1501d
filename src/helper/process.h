// Running the tools of the base root.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "util/error.h"

namespace cooper::helper {

struct Process {
  std::vector<std::string> argv;
  int stdin_fd = -1, stdout_fd = -1;  // -1: as this process has it
};

// Runs it and waits. Gives the exit status; 128 + signal where a signal ended it. Errors: the program cannot be
// started.
Result<int> run(const Process& process);

// Waits for a child; its exit status, 128 + signal where a signal ended it.
int wait_for(pid_t pid);

// Whether a program of that name is in PATH.
bool in_path(const std::string& name);

}  // namespace cooper::helper

#include "helper/process.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "helper/helper.h"
#include "util/text.h"

extern char** environ;

namespace cooper::helper {

Result<int> run(const Process& process) {
  std::vector<char*> argv;
  for (const std::string& argument : process.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (process.stdin_fd >= 0) posix_spawn_file_actions_adddup2(&actions, process.stdin_fd, 0);
  if (process.stdout_fd >= 0) posix_spawn_file_actions_adddup2(&actions, process.stdout_fd, 1);
  pid_t pid = 0;
  int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    errno = error;
    return refuse_errno("cannot run " + process.argv[0]);
  }
  return wait_for(pid);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return 127;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  for (std::string_view folder : util::split(path ? path : "/usr/bin:/bin", ':'))
    if (!folder.empty() && access((std::string(folder) + "/" + name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace cooper::helper

// Runs a command several times and tells what the best run took: measure RUNS COMMAND ARGUMENT…
// Prints: milliseconds of wall time, milliseconds of processor time, peak memory in MB (the most of all runs). The
// command's standard output goes nowhere. Its exit status must be 0.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1000 + static_cast<double>(time.tv_usec) / 1000;
}

struct Run {
  double wall = 0, processor = 0, memory = 0;
};

Run run(char** command) {
  auto start = std::chrono::steady_clock::now();
  pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::execvp(command[0], command);
    std::perror(command[0]);
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  if (pid < 0 || ::wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "measure: %s failed\n", command[0]);
    std::exit(1);
  }
  std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / 1000};
}

}  // namespace

int main(int argc, char** argv) {
  int runs = argc > 2 ? std::atoi(argv[1]) : 0;
  if (runs < 1) {
    std::fprintf(stderr, "measure RUNS COMMAND ARGUMENT...\n");
    return 2;
  }
  Run best = run(argv + 2);
  for (int i = 1; i < runs; ++i) {
    Run next = run(argv + 2);
    best.wall = std::min(best.wall, next.wall);
    best.processor = std::min(best.processor, next.processor);
    best.memory = std::max(best.memory, next.memory);
  }
  std::printf("%.1f %.1f %.1f\n", best.wall, best.processor, best.memory);
}

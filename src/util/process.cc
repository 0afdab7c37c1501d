#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <optional>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

extern char** environ;

namespace cooper::util {

namespace {

constexpr size_t tail_lines = 30;
// What a program that is asked to end gets for tidying up.
constexpr std::chrono::seconds grace(10);

struct Pipe {
  Fd read, write;
};

Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
  return Pipe{Fd(fds[0]), Fd(fds[1])};
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry; ++entry) {
    std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& arguments,
                    const ProcessOptions& options, int in, int out, int err) {
  std::vector<std::string> argv = arguments;
  std::vector<std::string> environment = merged_environment(options.environment);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err, 2);
  // Signals that this program ignores or holds back are the child's to decide on.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, pipe_signal;
  ::sigemptyset(&none);
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                             (options.cancel ? POSIX_SPAWN_SETPGROUP : 0)));
  pid_t pid = -1;
  int error =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, pointers(argv).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail(ErrorKind::failed, "cannot start a program", program, ::strerror(error));
  return pid;
}

// The namespaces of a child are those of the thread that makes it, so a thread of its own is all that it takes. Where
// that is refused, the program runs as it would without.
Result<pid_t> spawn_with_own_mounts(const std::string& program, const std::vector<std::string>& argv,
                                    const ProcessOptions& options, int in, int out, int err) {
  Result<pid_t> pid = -1;
  std::thread([&]() {
    if (::unshare(CLONE_NEWNS) == 0) ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    pid = spawn(program, argv, options, in, out, err);
  }).join();
  return pid;
}

// Ends the process group `pid` once `cancel` is true: asks, and insists after a while. Until then, or until `stop`.
void watch(const std::stop_token& stop, pid_t pid, const std::atomic<bool>& cancel) {
  auto wait = [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  while (!cancel && !stop.stop_requested()) wait();
  if (stop.stop_requested()) return;
  ::kill(-pid, SIGTERM);
  auto end = std::chrono::steady_clock::now() + grace;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) wait();
  ::kill(-pid, SIGKILL);
}

// Waits until the process has ended, without taking its status: until that is done its id is nobody else's.
void wait_for_end(pid_t pid) {
  siginfo_t info;
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
}

void read_errors(int fd, const ProcessOptions& options, std::string& tail) {
  std::deque<std::string> last;
  std::string pending;
  auto take = [&](std::string line) {
    if (options.on_error_line) options.on_error_line(line);
    last.push_back(std::move(line));
    if (last.size() > tail_lines) last.pop_front();
  };
  char buffer[4096];
  for (;;) {
    ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    pending.append(buffer, static_cast<size_t>(size));
    for (size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
      take(pending.substr(0, end));
  }
  if (!pending.empty()) take(std::move(pending));
  for (const std::string& line : last) tail += line + "\n";
}

Result<> read_all(int fd, std::string& text) {
  char buffer[16384];
  for (;;) {
    ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("cannot read the output of a program");
    if (size == 0) return {};
    text.append(buffer, static_cast<size_t>(size));
  }
}

void write_input(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t size = ::write(fd, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;  // the program does not want more
    text.remove_prefix(static_cast<size_t>(size));
  }
}

}  // namespace

std::string find_program(std::string_view name) {
  const char* path = ::getenv("PATH");
  std::string folders = std::string(path ? path : "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (std::string_view folder : split(folders, ':')) {
    if (folder.empty()) continue;
    std::string candidate = fmt::format("{}/{}", folder, name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

Result<ProcessResult> run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  std::string program = argv[0].find('/') == std::string::npos ? find_program(argv[0]) : argv[0];
  if (program.empty()) return fail(ErrorKind::failed, fmt::format("the program '{}' is not there", argv[0]));
  Pipe in = TRY(make_pipe()), out = TRY(make_pipe()), err = TRY(make_pipe());
  auto start = options.own_mounts ? spawn_with_own_mounts : spawn;
  pid_t pid = TRY(start(program, argv, options, in.read.get(), out.write.get(), err.write.get()));
  in.read.reset();
  out.write.reset();
  err.write.reset();
  ProcessResult result;
  std::optional<std::jthread> watcher;
  if (options.cancel) watcher.emplace([&](const std::stop_token& stop) { watch(stop, pid, *options.cancel); });
  std::thread errors([&]() { read_errors(err.read.get(), options, result.error_tail); });
  std::thread input([&]() {
    write_input(in.write.get(), options.input);
    in.write.reset();
  });
  Result<> read = options.on_output ? options.on_output(out.read.get()) : read_all(out.read.get(), result.output);
  if (!read) ::kill(pid, SIGTERM);
  out.read.reset();
  wait_for_end(pid);
  watcher.reset();
  bool cancelled = options.cancel && *options.cancel;
  if (cancelled) ::kill(-pid, SIGKILL);  // what it left behind
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  input.join();
  errors.join();
  if (cancelled) return fail(ErrorKind::interrupted, "interrupted");
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  // A program that failed has cut its output short: its own words are the better error.
  if (!read && (result.exit_code == 0 || result.exit_code == 128 + SIGTERM))
    return std::unexpected(std::move(read).error());
  return result;
}

}  // namespace cooper::util

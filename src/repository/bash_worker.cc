#include "repository/bash_worker.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

constexpr size_t output_limit = 4096;
constexpr size_t answer_limit = size_t{64} << 20;

// Looks a program up as execvp would, so that the child needs no PATH.
fs::path find_program(const fs::path& name) {
  if (name.string().find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  for (std::string_view folder : util::split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    fs::path candidate = fs::path(folder) / name;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

void allow(int ruleset, const char* path, uint64_t access) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = ::open(path, O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0) return;
  ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(rule.parent_fd);
}

// Takes the right to write to the file system away, except for /dev/null and the private `temporary`, where bash puts
// the texts of here-documents. Best effort: an older kernel without Landlock changes nothing. Only async-signal-safe
// calls, it runs between fork and exec.
void forbid_writing(const char* temporary) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
  int ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (ruleset < 0) return;
  allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
  allow(ruleset, temporary,
        LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) ::syscall(SYS_landlock_restrict_self, ruleset, 0);
  ::close(ruleset);
}

// The child's side of starting bash: its three descriptors become 0, 3 and 1 + 2.
[[noreturn]] void run_child(int requests, int answers, int output, const char* const* argv,
                            const char* const* environment, const char* temporary) {
  ::setpgid(0, 0);
  // Move all out of the way first, as any of them may be a number that another wants.
  int high_requests = ::fcntl(requests, F_DUPFD, 10), high_answers = ::fcntl(answers, F_DUPFD, 10);
  int high_output = ::fcntl(output, F_DUPFD, 10);
  ::dup2(high_requests, 0);
  ::dup2(high_output, 1);
  ::dup2(high_output, 2);
  ::dup2(high_answers, 3);
  ::close_range(4, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(126);
  rlimit core{0, 0};
  ::setrlimit(RLIMIT_CORE, &core);
  rlimit memory{rlim_t{2} << 30, rlim_t{2} << 30};
  ::setrlimit(RLIMIT_AS, &memory);
  for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  forbid_writing(temporary);
  ::execve(argv[0], const_cast<char* const*>(argv), const_cast<char* const*>(environment));
  ::_exit(127);
}

}  // namespace

Result<std::unique_ptr<BashWorker>> BashWorker::start(const SourceOptions& options) {
  fs::path bash = find_program(options.bash);
  if (bash.empty())
    return fail(ErrorKind::usage, "cannot source ebuilds", {},
                fmt::format("there is no '{}' in PATH", options.bash.string()), "install bash");
  std::error_code ec;
  std::string script = (fs::absolute(options.runtime, ec) / "metadata.bash").string();
  int requests[2], answers[2], output[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, requests) != 0) return fail_errno("cannot start bash");
  util::Fd request_end(requests[0]), request_child(requests[1]);
  if (::pipe2(answers, O_CLOEXEC) != 0) return fail_errno("cannot start bash");
  util::Fd answer_end(answers[0]), answer_child(answers[1]);
  if (::pipe2(output, O_CLOEXEC) != 0) return fail_errno("cannot start bash");
  util::Fd output_end(output[0]), output_child(output[1]);
  ::fcntl(output_end.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(answer_end.get(), F_SETFL, O_NONBLOCK);

  fs::path temporary_parent = fs::temp_directory_path(ec);
  auto temporary = TRY(util::TemporaryDirectory::create(ec ? fs::path("/tmp") : temporary_parent, "cooper-metadata"));
  std::string program = bash.string(), temporary_path = temporary.path().string(),
              temporary_variable = "TMPDIR=" + temporary_path;
  const char* argv[] = {program.c_str(), "--norc", "--noprofile", script.c_str(), nullptr};
  const char* environment[] = {"PATH=/nonexistent", "LC_ALL=C.UTF-8",           "TZ=UTC",
                               "HOME=/nonexistent", temporary_variable.c_str(), nullptr};
  pid_t pid = ::fork();
  if (pid < 0) return fail_errno("cannot start bash");
  if (pid == 0)
    run_child(request_child.get(), answer_child.get(), output_child.get(), argv, environment, temporary_path.c_str());
  ::setpgid(pid, pid);

  auto worker = std::unique_ptr<BashWorker>(new BashWorker);
  worker->pid_ = pid;
  worker->program_ = std::move(bash);
  worker->temporary_.emplace(std::move(temporary));
  worker->channels_ = {std::move(request_end), std::move(answer_end), std::move(output_end)};
  request_child.reset(), answer_child.reset(), output_child.reset();
  std::string record, printed;
  if (worker->next_record(record, Clock::now() + std::chrono::seconds(30), printed) != Wait::record ||
      std::sscanf(record.c_str(), "bash %d %d", &worker->bash_major_, &worker->bash_minor_) != 2) {
    worker->drain_output(printed);
    return fail(ErrorKind::usage, "cannot source ebuilds", script, printed.empty() ? "bash did not start" : printed);
  }
  return worker;
}

BashWorker::~BashWorker() {
  if (pid_ < 0) return;
  channels_.requests.reset();
  // Also what an ebuild may have left running.
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool BashWorker::send(std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::send(channels_.requests.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void BashWorker::drain_output(std::string& output) {
  char chunk[4096];
  ssize_t n;
  while ((n = ::read(channels_.output.get(), chunk, sizeof chunk)) > 0)
    output.append(chunk, std::min(static_cast<size_t>(n), output_limit - std::min(output_limit, output.size())));
}

BashWorker::Wait BashWorker::next_record(std::string& record, Clock::time_point deadline, std::string& output) {
  for (size_t searched = buffer_start_;;) {
    size_t end = buffer_.find('\0', searched);
    if (end != std::string::npos) {
      record.assign(buffer_, buffer_start_, end - buffer_start_);
      buffer_start_ = end + 1;
      if (buffer_start_ == buffer_.size()) buffer_.clear(), buffer_start_ = 0;
      return Wait::record;
    }
    searched = buffer_.size();
    if (buffer_.size() > answer_limit) return Wait::too_much;
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Wait::timeout;
    pollfd fds[2] = {{channels_.answers.get(), POLLIN, 0}, {channels_.output.get(), POLLIN, 0}};
    int ready = ::poll(fds, 2, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return Wait::closed;
    if (ready <= 0) continue;
    if (fds[1].revents) drain_output(output);
    if (!fds[0].revents) continue;
    char chunk[16384];
    ssize_t n = ::read(channels_.answers.get(), chunk, sizeof chunk);
    if (n == 0) return Wait::closed;
    if (n > 0) buffer_.append(chunk, static_cast<size_t>(n));
  }
}

SourceAnswer BashWorker::ask(const SourceRequest& request, double time_limit) {
  AnswerRecords records;
  SourceAnswer& answer = records.answer;
  std::string line = util::join(source_arguments(request), "\x1f");
  if (line.find('\n') != std::string::npos) {
    answer.failure = "its path has a newline, which cannot be passed to bash";
    return answer;
  }
  Wait wait = exchange(line, time_limit, records);
  answer.transient = wait != Wait::record;
  if (wait == Wait::timeout)
    answer.failure = fmt::format("sourcing it did not end within {:g} s", time_limit);
  else if (wait == Wait::closed)
    answer.failure = "bash ended while sourcing it";
  else if (wait == Wait::too_much)
    answer.failure = "it has too much metadata (over 64 MB)";
  else if (!records.ok && answer.failure.empty())
    answer.failure = fmt::format("it ended bash while being sourced (exit status {})", records.status);
  // PMS 6: EAPI 9 may use what bash 5.3 brought. Few ebuilds do, and an older bash fails on what they use.
  if (!answer.failure.empty() && request.eapi == "9" && (bash_major_ < 5 || (bash_major_ == 5 && bash_minor_ < 3))) {
    answer.failure += fmt::format(
        "; EAPI 9 may use what bash 5.3 has, and {} is {}.{} "
        "(a newer one before it in PATH would do, or a valid entry in metadata/md5-cache)",
        program_.string(), bash_major_, bash_minor_);
    answer.transient = true;
  }
  records.finish();
  return std::move(records.answer);
}

// Sends a request and takes the records of its answer. Anything but `record` leaves the process unusable.
BashWorker::Wait BashWorker::exchange(const std::string& request, double time_limit, AnswerRecords& records) {
  auto deadline = Clock::now() + std::chrono::milliseconds(static_cast<long long>(time_limit * 1000));
  std::string& output = records.answer.output;
  Wait wait = send(request + "\n") ? Wait::record : Wait::closed;
  std::string record;
  while (wait == Wait::record && (wait = next_record(record, deadline, output)) == Wait::record) {
    records.take(record);
    if (record.starts_with("end ")) break;
  }
  if (wait == Wait::record)
    drain_output(output);
  else
    usable_ = false;
  return wait;
}

}  // namespace cooper::repository

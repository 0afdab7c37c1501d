#include "repository/metadata_source.h"

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
#include <optional>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

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

struct Channels {
  util::Fd requests, answers, output;  // our ends
};

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

// One bash process.
class MetadataSource::Worker {
 public:
  static Result<std::unique_ptr<Worker>> start(const SourceOptions& options);
  ~Worker();
  // Sends a request and reads its answer. After a failure that leaves the process in an unknown state, usable() is
  // false.
  SourceAnswer ask(const SourceRequest& request, double time_limit);
  bool usable() const { return usable_; }

 private:
  enum class Wait { line, timeout, closed, too_much };
  Wait next_line(std::string& line, Clock::time_point deadline, std::string& output);
  bool send(std::string_view text);
  void drain_output(std::string& output);

  pid_t pid_ = -1;
  Channels channels_;
  std::optional<util::TemporaryDirectory> temporary_;
  std::string buffer_;  // answers read but not yet taken
  size_t buffer_start_ = 0;
  bool usable_ = true;
  int bash_major_ = 0, bash_minor_ = 0;
};

Result<std::unique_ptr<MetadataSource::Worker>> MetadataSource::Worker::start(const SourceOptions& options) {
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

  auto worker = std::make_unique<Worker>();
  worker->pid_ = pid;
  worker->temporary_.emplace(std::move(temporary));
  worker->channels_ = {std::move(request_end), std::move(answer_end), std::move(output_end)};
  request_child.reset(), answer_child.reset(), output_child.reset();
  std::string line, printed;
  if (worker->next_line(line, Clock::now() + std::chrono::seconds(30), printed) != Wait::line ||
      std::sscanf(line.c_str(), "bash %d %d", &worker->bash_major_, &worker->bash_minor_) != 2) {
    worker->drain_output(printed);
    return fail(ErrorKind::usage, "cannot source ebuilds", script, printed.empty() ? "bash did not start" : printed);
  }
  return worker;
}

MetadataSource::Worker::~Worker() {
  if (pid_ < 0) return;
  channels_.requests.reset();
  // Also what an ebuild may have left running.
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool MetadataSource::Worker::send(std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::send(channels_.requests.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void MetadataSource::Worker::drain_output(std::string& output) {
  char chunk[4096];
  ssize_t n;
  while ((n = ::read(channels_.output.get(), chunk, sizeof chunk)) > 0)
    output.append(chunk, std::min(static_cast<size_t>(n), output_limit - std::min(output_limit, output.size())));
}

MetadataSource::Worker::Wait MetadataSource::Worker::next_line(std::string& line, Clock::time_point deadline,
                                                               std::string& output) {
  for (size_t searched = buffer_start_;;) {
    size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      line.assign(buffer_, buffer_start_, end - buffer_start_);
      buffer_start_ = end + 1;
      if (buffer_start_ == buffer_.size()) buffer_.clear(), buffer_start_ = 0;
      return Wait::line;
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

SourceAnswer MetadataSource::Worker::ask(const SourceRequest& request, double time_limit) {
  SourceAnswer answer;
  const ebuild::Version& version = request.cpv.version;
  std::string line =
      fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", request.ebuild.string(), request.cpv.name.category,
                  request.cpv.name.package, version.without_revision(), version.revision(), request.eapi);
  for (const fs::path& folder : request.eclass_folders) line += "\x1f" + folder.string();
  if (line.find('\n') != std::string::npos) {
    answer.failure = "its path has a newline, which cannot be passed to bash";
    return answer;
  }
  bool ok = false;
  if (!send(line + "\n")) {
    usable_ = false;
    answer.failure = "the bash process that sources ebuilds has ended";
    answer.transient = true;
    return answer;
  }
  auto deadline = Clock::now() + std::chrono::milliseconds(static_cast<long long>(time_limit * 1000));
  for (;;) {
    Wait wait = next_line(line, deadline, answer.output);
    if (wait != Wait::line) {
      usable_ = false;
      answer.transient = true;
      answer.failure = wait == Wait::timeout  ? fmt::format("sourcing it did not end within {:g} s", time_limit)
                       : wait == Wait::closed ? "bash ended while sourcing it"
                                              : "it has too much metadata (over 64 MB)";
      return answer;
    }
    std::string_view text = line;
    size_t space = text.find(' ');
    std::string_view kind = text.substr(0, space);
    std::string_view rest = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    if (kind == "set") {
      size_t second = rest.find(' ');
      if (second != std::string_view::npos)
        answer.keys.insert_or_assign(std::string(rest.substr(0, second)), std::string(rest.substr(second + 1)));
    } else if (kind == "inherit") {
      if (std::find(answer.inherited.begin(), answer.inherited.end(), rest) == answer.inherited.end())
        answer.inherited.emplace_back(rest);
    } else if (kind == "die") {
      if (answer.failure.empty()) answer.failure = rest;
    } else if (kind == "ok") {
      ok = true;
    } else if (kind == "end") {
      if (!ok && answer.failure.empty())
        answer.failure = fmt::format("it ended bash while being sourced (exit status {})", rest);
      break;
    }
  }
  drain_output(answer.output);
  // PMS 6: EAPI 9 may use what bash 5.3 brought. Few ebuilds do, and an older bash fails on what they use.
  if (!answer.failure.empty() && request.eapi == "9" && (bash_major_ < 5 || (bash_major_ == 5 && bash_minor_ < 3))) {
    answer.failure += fmt::format(
        "; EAPI 9 may use what bash 5.3 has, and this machine's is {}.{} (a valid entry in metadata/md5-cache would "
        "do)",
        bash_major_, bash_minor_);
    answer.transient = true;
  }
  return answer;
}

MetadataSource::MetadataSource(SourceOptions options) : options_(std::move(options)) {}
MetadataSource::~MetadataSource() = default;

SourceAnswer MetadataSource::source(const SourceRequest& request) {
  std::unique_ptr<Worker> worker;
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      worker = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!worker) {
    auto started = Worker::start(options_);
    if (!started) {
      SourceAnswer answer;
      answer.failure = fmt::format("{}: {}", started.error().what, started.error().why);
      answer.transient = true;
      return answer;
    }
    worker = std::move(*started);
  }
  SourceAnswer answer = worker->ask(request, options_.time_limit);
  if (worker->usable()) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
  }
  return answer;
}

}  // namespace cooper::repository

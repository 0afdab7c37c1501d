// The side of the caller: prepares the plan of a sandbox, starts it, passes its output on and waits for its end.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "sandbox/child.h"
#include "sandbox/diagnose.h"
#include "sandbox/filter.h"
#include "sandbox/ownership.h"
#include "sandbox/sandbox.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr size_t most_layers = 499;  // the kernel's limit, less one for the upper layer

struct Pipe {
  util::Fd read, write;
};

Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail_errno("cannot make a pipe");
  return Pipe{util::Fd(fds[0]), util::Fd(fds[1])};
}

// The plan's strings with what keeps them alive.
struct Prepared {
  ChildPlan plan;
  std::vector<std::string> words;  // argv, then environment
  util::Fd null, output_write, report_write, lifeline_read, listener_write;
};

MountPoint mount_point(std::string_view target, bool is_directory) {
  MountPoint point;
  point.is_directory = is_directory;
  fs::path path = fs::path(target).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  fs::path folder;
  for (const fs::path& part : path.parent_path()) {
    folder /= part;
    if (folder != "/") point.folders.push_back(folder.string());
  }
  point.path = path.string();
  return point;
}

Result<std::string> real_path(const fs::path& path, std::string_view what) {
  std::error_code ec;
  fs::path real = fs::canonical(path, ec);
  if (ec) return fail(ErrorKind::failed, fmt::format("cannot find {}", what), path, ec.message());
  return real.string();
}

Result<> prepare_layers(const Command& command, ChildPlan& plan) {
  if (command.lower.empty()) return fail(ErrorKind::failed, "a sandbox needs at least one layer");
  if (command.lower.size() > most_layers)
    return fail(ErrorKind::failed, fmt::format("the build root has {} layers", command.lower.size()), {},
                fmt::format("the kernel's overlayfs takes {}", most_layers));
  std::string lower;
  for (size_t i = 0; i < command.lower.size(); ++i) {
    plan.layers.push_back(TRY(real_path(command.lower[i], "a layer of the build root")));
    plan.layer_names.push_back(std::to_string(i));
    lower += (i == 0 ? "" : ":") + plan.layer_names.back();
  }
  // "volatile": no sync at unmounting; what a killed build leaves is never used again.
  plan.overlay_options = "userxattr,volatile,upperdir=u,workdir=w,lowerdir=" + lower;
  if (command.upper.empty()) return {};
  TRY(util::make_directories(command.upper));
  // The kernel refuses a work folder that a volatile overlay used before.
  TRY(util::remove_tree(command.work));
  TRY(util::make_directories(command.work));
  plan.upper = TRY(real_path(command.upper, "the upper layer"));
  plan.work = TRY(real_path(command.work, "the work folder of the overlay"));
  return {};
}

Result<> prepare_binds(const Command& command, ChildPlan& plan) {
  for (const Bind& bind : command.binds) {
    std::string source = TRY(real_path(bind.source, "what is to be bound into the sandbox"));
    if (!bind.target.starts_with('/')) return fail(ErrorKind::failed, "a bind target must be absolute", bind.target);
    plan.binds.push_back({source, mount_point(bind.target, fs::is_directory(source)), bind.writable});
  }
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    std::string path = std::string("/dev/") + name;
    bool optional = std::string_view(name) == "tty" || std::string_view(name) == "full";
    plan.devices.push_back({path, mount_point(path, false), true, optional});
  }
  return {};
}

void prepare_command(const Command& command, Prepared& prepared) {
  ChildPlan& plan = prepared.plan;
  if (command.argv.empty()) return;
  prepared.words = command.argv;
  for (const auto& [name, value] : command.environment) prepared.words.push_back(name + "=" + value);
  for (size_t i = 0; i < prepared.words.size(); ++i)
    (i < command.argv.size() ? plan.argv : plan.envp).push_back(prepared.words[i].data());
  plan.argv.push_back(nullptr);
  plan.envp.push_back(nullptr);
  const std::string& program = command.argv[0];
  if (program.find('/') != std::string::npos) {
    plan.executables = {program};
    return;
  }
  auto path = command.environment.find("PATH");
  std::string_view folders =
      path == command.environment.end() ? "/usr/local/bin:/usr/bin:/bin" : std::string_view(path->second);
  for (std::string_view folder : util::split(folders, ':'))
    plan.executables.push_back(fmt::format("{}/{}", folder, program));
}

// Linux 6.14 gave each pid namespace its own kernel.pid_max; before that, writing it would change the whole machine's.
bool has_own_pid_max() {
  struct utsname name;
  if (::uname(&name) != 0) return false;
  int major = 0, minor = 0;
  return ::sscanf(name.release, "%d.%d", &major, &minor) == 2 && (major > 6 || (major == 6 && minor >= 14));
}

Result<> prepare_descriptors(const Command& command, Prepared& prepared) {
  ChildPlan& plan = prepared.plan;
  if (command.interactive) {
    plan.fds = {{0, 0}, {1, 1}, {2, 2}};
  } else {
    int input = command.stdin_fd;
    if (input < 0) {
      prepared.null = util::Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!prepared.null) return fail_errno("cannot open", "/dev/null");
      input = prepared.null.get();
    }
    plan.fds = {{input, 0}, {prepared.output_write.get(), 1}, {prepared.output_write.get(), 2}};
  }
  plan.fds.insert(plan.fds.end(), command.fds.begin(), command.fds.end());
  plan.scratch_fds.resize(plan.fds.size());
  plan.report_fd = prepared.report_write.get();
  plan.lifeline_fd = prepared.lifeline_read.get();
  plan.kept_fds = {plan.report_fd, plan.lifeline_fd};
  if (plan.listener_socket >= 0) plan.kept_fds.push_back(plan.listener_socket);
  for (const auto& [outside, inside] : plan.fds) {
    plan.kept_fds.push_back(outside);
    plan.command_fds.push_back(inside);
  }
  for (auto* list : {&plan.kept_fds, &plan.command_fds}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return {};
}

Result<> prepare(const Command& command, Prepared& prepared) {
  ChildPlan& plan = prepared.plan;
  plan.network = command.network;
  plan.interactive = command.interactive;
  plan.uid_map = fmt::format("{} {} 1\n", command.uid, ::geteuid());
  plan.gid_map = fmt::format("{} {} 1\n", command.gid, ::getegid());
  plan.hostname = command.hostname;
  plan.directory = command.directory;
  plan.processes = command.limits.processes;
  plan.file_bytes = command.limits.file_bytes;
  plan.memory_bytes = command.limits.memory_bytes;
  plan.own_pid_max = has_own_pid_max();
  plan.filter = TRY(make_filter(command.fake_ownership ? Ownership::faked : Ownership::real));
  if (prepared.listener_write) {
    // Without it owners are faked only: a library or kernel that does not know of listeners.
    if (auto filter = make_filter(Ownership::reported)) plan.reporting_filter = *filter;
    plan.listener_socket = prepared.listener_write.get();
  }
  TRY(prepare_layers(command, plan));
  TRY(prepare_binds(command, plan));
  prepare_command(command, prepared);
  return prepare_descriptors(command, prepared);
}

// All signals wait while a copy of this process still has this program's handlers.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

Result<pid_t> start_from_chroot(ChildPlan& plan) {
  Pipe pids = TRY(make_pipe());
  pid_t helper = raw_clone(0);
  if (helper < 0) return fail_errno("cannot start a process");
  if (helper == 0) leave_chroot_and_run(plan, pids.write.get());
  pids.write.reset();
  pid_t pid = -1;
  ssize_t size = ::read(pids.read.get(), &pid, sizeof pid);
  int status = 0;
  while (::waitpid(helper, &status, 0) < 0 && errno == EINTR) {
  }
  if (size == sizeof pid) return pid;
  return -1;  // its report says why
}

// The pid, or -1 where the helper failed and has reported.
Result<pid_t> start(ChildPlan& plan) {
  SignalsBlocked blocked;
  pid_t pid = raw_clone(namespace_flags(plan));
  if (pid == 0) run_init(plan);
  if (pid > 0) return pid;
  int error = errno;
  if (error == EPERM && ::geteuid() == 0) return start_from_chroot(plan);
  return std::unexpected(explain(Step::clone, error, {}));
}

Error explain_report(const Report& report, const ChildPlan& plan) {
  std::string subject;
  auto index = static_cast<size_t>(report.index);
  if ((report.step == Step::open_bind || report.step == Step::bind) && index < plan.binds.size())
    subject = fmt::format("{} → {}", plan.binds[index].source, plan.binds[index].target.path);
  if ((report.step == Step::open_device || report.step == Step::dev) && index < plan.devices.size())
    subject = plan.devices[index].source;
  if (report.step == Step::overlay) subject = plan.upper;
  if (report.step == Step::directory) subject = plan.directory;
  if (report.step == Step::exec && !plan.argv.empty()) subject = plan.argv[0];
  return explain(report.step, report.error, subject);
}

// Watches one running sandbox.
class Watch {
 public:
  Watch(const Command& command, pid_t pid, int output, int report, OwnershipListener& owners)
      : command_(command), pid_(pid), output_(output), report_(report), owners_(owners), started_(Clock::now()) {}

  // Until both pipes are at their end.
  Result<> follow() {
    while (output_ >= 0 || report_ >= 0) {
      // Descriptors of -1 are passed over.
      struct pollfd fds[4] = {
          {output_, POLLIN, 0}, {report_, POLLIN, 0}, {owners_.socket(), POLLIN, 0}, {owners_.listener(), POLLIN, 0}};
      if (::poll(fds, 4, next_check()) < 0) {
        if (errno != EINTR) return fail_errno("cannot wait for the sandbox");
        continue;
      }
      check_limits();
      if (fds[3].revents != 0) owners_.serve(fds[3].revents);
      if (fds[2].revents != 0) owners_.receive();
      if (fds[0].revents != 0) read_output();
      if (fds[1].revents != 0) read_report();
    }
    return {};
  }

  Outcome::End end() const { return end_; }
  const std::optional<Report>& report() const { return received_; }
  const std::optional<Error>& write_error() const { return write_error_; }

 private:
  void stop(Outcome::End end) {
    if (end_ == Outcome::End::exited) end_ = end;
    if (!killed_ && pid_ > 0) ::kill(pid_, SIGKILL);
    killed_ = true;
  }

  int next_check() const {  // milliseconds
    if (killed_) return -1;
    int wait = command_.cancel ? 50 : watches_disk() ? disk_interval : -1;
    if (command_.limits.seconds > 0) {
      auto left = std::chrono::seconds(command_.limits.seconds) - (Clock::now() - started_);
      auto ms = std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(left).count() + 1);
      wait =
          wait < 0 ? static_cast<int>(std::min<int64_t>(ms, 1'000'000)) : static_cast<int>(std::min<int64_t>(ms, wait));
    }
    return wait;
  }

  void check_limits() {
    if (killed_) return;
    if (command_.cancel && command_.cancel->load()) stop(Outcome::End::cancelled);
    Clock::time_point now = Clock::now();
    if (command_.limits.seconds > 0 && now - started_ >= std::chrono::seconds(command_.limits.seconds))
      stop(Outcome::End::timed_out);
    if (watches_disk() && now - disk_looked_ >= std::chrono::milliseconds(disk_interval)) {
      disk_looked_ = now;
      struct statvfs disk;
      if (::statvfs(command_.upper.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < command_.limits.free_bytes)
        stop(Outcome::End::disk_full);
    }
  }

  bool watches_disk() const { return !command_.upper.empty() && command_.limits.free_bytes > 0; }

  void read_output() {
    char buffer[65536];
    ssize_t size = ::read(output_, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) return;
    if (size <= 0) {
      output_ = -1;
      return;
    }
    uint64_t most = command_.limits.log_bytes > 0 ? command_.limits.log_bytes : UINT64_MAX;
    uint64_t room = most - std::min(bytes_, most);
    std::string_view text(buffer, static_cast<size_t>(std::min<uint64_t>(size, room)));
    bytes_ += static_cast<uint64_t>(size);
    if (bytes_ > most) stop(Outcome::End::too_much_output);
    if (command_.on_output && !text.empty()) command_.on_output(text);
    if (command_.output_fd >= 0 && !write_error_) write_all(text);
  }

  void write_all(std::string_view text) {
    while (!text.empty()) {
      ssize_t size = ::write(command_.output_fd, text.data(), text.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) {
        write_error_ = fail_errno("cannot write the output of the sandbox").error();
        stop(Outcome::End::cancelled);
        return;
      }
      text.remove_prefix(static_cast<size_t>(size));
    }
  }

  void read_report() {
    Report report;
    ssize_t size = ::read(report_, &report, sizeof report);
    if (size < 0 && errno == EINTR) return;
    if (size == sizeof report) {
      if (!received_) received_ = report;
    } else {
      report_ = -1;
    }
  }

  const Command& command_;
  pid_t pid_;
  int output_, report_;
  OwnershipListener& owners_;
  static constexpr int disk_interval = 500;                                     // milliseconds
  Clock::time_point started_, disk_looked_ = started_ - std::chrono::hours(1);  // at once, and then each interval
  uint64_t bytes_ = 0;
  bool killed_ = false;
  Outcome::End end_ = Outcome::End::exited;
  std::optional<Report> received_;
  std::optional<Error> write_error_;
};

Result<Outcome> conclude(const Watch& watch, const ChildPlan& plan) {
  if (watch.write_error()) return std::unexpected(*watch.write_error());
  Outcome outcome;
  outcome.end = watch.end();
  const auto& report = watch.report();
  if (report && report->kind == Report::Kind::failed) return std::unexpected(explain_report(*report, plan));
  if (report && report->kind == Report::Kind::too_many_processes) outcome.end = Outcome::End::too_many_processes;
  if (report && report->kind == Report::Kind::finished) {
    outcome.exit_code = WIFSIGNALED(report->status) ? 128 + WTERMSIG(report->status) : WEXITSTATUS(report->status);
    outcome.left_processes = report->left != 0;
    return outcome;
  }
  if (outcome.end == Outcome::End::exited)
    return fail(ErrorKind::failed, "the sandbox was killed from outside", {},
                "its first process got SIGKILL, as when memory runs out",
                "see `dmesg`; fewer jobs (--jobs) need less memory");
  outcome.exit_code = 128 + SIGKILL;
  return outcome;
}

// Gives the terminal back to the caller after an interactive command took it.
void reclaim_terminal() {
  if (!::isatty(STDIN_FILENO)) return;
  sigset_t block, before;
  ::sigemptyset(&block);
  ::sigaddset(&block, SIGTTOU);
  ::pthread_sigmask(SIG_BLOCK, &block, &before);
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

Result<Outcome> run(const Command& command) {
  Prepared prepared;
  Pipe report = TRY(make_pipe()), lifeline = TRY(make_pipe()), output;
  if (!command.interactive) output = TRY(make_pipe());
  prepared.output_write = std::move(output.write);
  prepared.report_write = std::move(report.write);
  prepared.lifeline_read = std::move(lifeline.read);
  OwnershipListener owners(command.on_ownership);
  if (command.on_ownership && command.fake_ownership) prepared.listener_write = TRY(owners.open());
  TRY(prepare(command, prepared));

  auto pid = start(prepared.plan);
  if (!pid) return std::unexpected(std::move(pid).error());
  prepared.output_write.reset();
  prepared.report_write.reset();
  prepared.listener_write.reset();
  Watch watch(command, *pid, output.read.get(), report.read.get(), owners);
  auto followed = watch.follow();
  if (!followed && *pid > 0) ::kill(*pid, SIGKILL);
  int status = 0;
  if (*pid > 0)
    while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
    }
  if (command.interactive) reclaim_terminal();
  if (!followed) return std::unexpected(std::move(followed).error());
  return conclude(watch, prepared.plan);
}

std::string explain_end(Outcome::End end, const Limits& limits) {
  using End = Outcome::End;
  switch (end) {
    case End::timed_out: return fmt::format("it took longer than {}", util::human_time(limits.seconds));
    case End::too_much_output: return fmt::format("its output is larger than {}", util::human_size(limits.log_bytes));
    case End::too_many_processes: return fmt::format("it had more than {} processes at once", limits.processes);
    case End::disk_full:
      return fmt::format("it left less than {} free on the disk of the store", util::human_size(limits.free_bytes));
    case End::cancelled: return "it was interrupted";
    case End::exited: break;
  }
  return {};
}

Result<> check() {
  std::error_code ec;
  fs::path parent = fs::temp_directory_path(ec);
  auto folder = TRY(util::TemporaryDirectory::create(ec ? fs::path("/tmp") : parent, "cooper-check"));
  Command nothing;
  nothing.lower = {folder.path()};
  TRY(run(nothing));
  return {};
}

}  // namespace cooper::sandbox

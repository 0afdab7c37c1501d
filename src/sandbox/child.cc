#include "sandbox/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace cooper::sandbox {

namespace {

void send(const ChildPlan& plan, const Report& report) {
  while (::write(plan.report_fd, &report, sizeof report) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void give_up(const ChildPlan& plan, Step step, size_t index = 0) {
  send(plan, Report{.kind = Report::Kind::failed, .step = step, .error = errno, .index = static_cast<int32_t>(index)});
  ::_exit(125);
}

// Closes (or marks close-on-exec) every descriptor but those of the sorted list.
void close_others(const std::vector<int>& keep, unsigned flags) {
  unsigned from = 0;
  for (int fd : keep) {
    if (static_cast<unsigned>(fd) > from) ::syscall(SYS_close_range, from, static_cast<unsigned>(fd) - 1, flags);
    from = static_cast<unsigned>(fd) + 1;
  }
  ::syscall(SYS_close_range, from, ~0u, flags);
}

void default_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < _NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool write_to(const char* path, const char* text, size_t size) {
  int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = ::write(fd, text, size) == static_cast<ssize_t>(size);
  int error = errno;
  ::close(fd);
  errno = error;
  return done;
}

void take_identity(const ChildPlan& plan) {
  // "deny" is what allows a process without privileges to map its group.
  if (!write_to("/proc/self/setgroups", "deny", 4) ||
      !write_to("/proc/self/uid_map", plan.uid_map.data(), plan.uid_map.size()) ||
      !write_to("/proc/self/gid_map", plan.gid_map.data(), plan.gid_map.size()))
    give_up(plan, Step::identity);
}

void open_binds(const ChildPlan& plan, std::vector<PreparedBind>& binds, Step step) {
  for (size_t i = 0; i < binds.size(); ++i) {
    PreparedBind& bind = binds[i];
    bind.tree_fd = ::open_tree(AT_FDCWD, bind.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (bind.tree_fd < 0 && !bind.optional) give_up(plan, step, i);
  }
}

void make_mount_point(const MountPoint& point) {
  for (const std::string& folder : point.folders) ::mkdir(folder.c_str(), 0755);
  if (point.is_directory) {
    ::mkdir(point.path.c_str(), 0755);
  } else {
    int fd = ::open(point.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
    if (fd >= 0) ::close(fd);
  }
}

void attach_binds(const ChildPlan& plan, const std::vector<PreparedBind>& binds, Step step) {
  for (size_t i = 0; i < binds.size(); ++i) {
    const PreparedBind& bind = binds[i];
    if (bind.tree_fd < 0) continue;
    make_mount_point(bind.target);
    if (!bind.writable) {
      struct mount_attr attributes {};
      attributes.attr_set = MOUNT_ATTR_RDONLY;
      if (::mount_setattr(bind.tree_fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) != 0)
        give_up(plan, step, i);
    }
    if (::move_mount(bind.tree_fd, "", AT_FDCWD, bind.target.path.c_str(),
                     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) != 0)
      give_up(plan, step, i);
    ::close(bind.tree_fd);
  }
}

// The overlay is put together on a tmpfs over /proc: the one folder that is there (the maps were written in it) and
// that no layer or bind lies in. Short symlinks stand for the layers, since mount(2) takes one page of options.
void compose_root(const ChildPlan& plan) {
  if (::mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0 || ::chdir("/proc") != 0)
    give_up(plan, Step::stage);
  for (size_t i = 0; i < plan.layers.size(); ++i)
    if (::symlink(plan.layers[i].c_str(), plan.layer_names[i].c_str()) != 0) give_up(plan, Step::stage, i);
  bool linked = plan.upper.empty() ? ::mkdir("u", 0755) == 0 && ::mkdir("w", 0755) == 0
                                   : ::symlink(plan.upper.c_str(), "u") == 0 && ::symlink(plan.work.c_str(), "w") == 0;
  if (!linked || ::mkdir("root", 0755) != 0) give_up(plan, Step::stage);
  if (::mount("overlay", "root", "overlay", MS_NODEV, plan.overlay_options.c_str()) != 0) give_up(plan, Step::overlay);
}

// What the kernel is told to allow: more than the limit, so that who goes over it is found by counting and told; a fork
// that fails says nothing, and some go on without.
int room_for(int processes) { return processes + processes / 4 + 1000; }

void mount_proc(const ChildPlan& plan) {
  ::mkdir("/proc", 0555);
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) give_up(plan, Step::proc);
  if (plan.own_pid_max && plan.processes > 0) {
    char text[16];
    int size = ::snprintf(text, sizeof text, "%d", room_for(plan.processes) + 300);  // 300 ids are reserved
    write_to("/proc/sys/kernel/pid_max", text, static_cast<size_t>(size));
  }
  // Read-only as a whole: where the caller is root, its id passes the permission bits of /proc/sys and
  // /proc/sysrq-trigger.
  struct mount_attr attributes {};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (::mount_setattr(AT_FDCWD, "/proc", 0, &attributes, sizeof attributes) != 0) give_up(plan, Step::proc);
}

void mount_dev(ChildPlan& plan) {
  ::mkdir("/dev", 0755);
  if (::mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755") != 0) give_up(plan, Step::dev);
  attach_binds(plan, plan.devices, Step::dev);
  bool linked = ::symlink("/proc/self/fd", "/dev/fd") == 0 && ::symlink("/proc/self/fd/0", "/dev/stdin") == 0 &&
                ::symlink("/proc/self/fd/1", "/dev/stdout") == 0 && ::symlink("/proc/self/fd/2", "/dev/stderr") == 0 &&
                ::symlink("pts/ptmx", "/dev/ptmx") == 0 && ::mkdir("/dev/pts", 0755) == 0 &&
                ::mkdir("/dev/shm", 01777) == 0;
  if (!linked) give_up(plan, Step::dev);
  if (::mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620") != 0 ||
      ::mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0)
    give_up(plan, Step::dev);
}

void enter_root(ChildPlan& plan) {
  if (::chdir("root") != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0) give_up(plan, Step::pivot);
  // The old root is now stacked over "/" and still reached through ".": it must be there until the new /proc is
  // mounted, which the kernel allows only beside one that is fully visible.
  mount_proc(plan);
  mount_dev(plan);
  ::mkdir("/tmp", 01777);
  ::chmod("/tmp", 01777);
  attach_binds(plan, plan.binds, Step::bind);
  if (::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) give_up(plan, Step::pivot);
}

void raise_loopback(const ChildPlan& plan) {
  int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;  // a kernel without IPv4
  struct ifreq request {};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(fd, SIOCSIFFLAGS, &request) != 0) give_up(plan, Step::loopback);
  ::close(fd);
}

void limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit now;
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0) return;
  struct rlimit wanted = {std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &wanted);
}

// What a package manager's root may do to files, and nothing to the system: no mounts, no modules, no network setup.
void drop_capabilities(const ChildPlan& plan) {
  constexpr uint32_t keep = (1u << CAP_CHOWN) | (1u << CAP_DAC_OVERRIDE) | (1u << CAP_DAC_READ_SEARCH) |
                            (1u << CAP_FOWNER) | (1u << CAP_FSETID) | (1u << CAP_KILL) | (1u << CAP_SETGID) |
                            (1u << CAP_SETUID) | (1u << CAP_NET_BIND_SERVICE) | (1u << CAP_SYS_CHROOT) |
                            (1u << CAP_SETFCAP);
  for (int capability = 0; capability < 64; ++capability)
    if (capability >= 32 || !(keep & (1u << capability))) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{keep, keep, 0}, {0, 0, 0}};
  if (::syscall(SYS_capset, &header, data) != 0) give_up(plan, Step::limits);
}

// Puts the descriptors at their numbers; by way of high ones, as sources and targets may cross.
void arrange_descriptors(ChildPlan& plan) {
  constexpr int high = 512;
  if (plan.listener_socket >= 0) plan.listener_socket = ::fcntl(plan.listener_socket, F_DUPFD_CLOEXEC, high);
  plan.report_fd = ::fcntl(plan.report_fd, F_DUPFD_CLOEXEC, high);
  if (plan.report_fd < 0) ::_exit(125);
  for (size_t i = 0; i < plan.fds.size(); ++i)
    if ((plan.scratch_fds[i] = ::fcntl(plan.fds[i].first, F_DUPFD_CLOEXEC, high)) < 0)
      give_up(plan, Step::descriptors, i);
  for (size_t i = 0; i < plan.fds.size(); ++i)
    if (::dup2(plan.scratch_fds[i], plan.fds[i].second) < 0) give_up(plan, Step::descriptors, i);
  close_others(plan.command_fds, CLOSE_RANGE_CLOEXEC);
}

// False where this kernel, or a container around us, has no listeners for filters.
bool install_reporting_filter(ChildPlan& plan) {
  if (plan.listener_socket < 0 || plan.reporting_filter.empty()) return false;
  struct sock_fprog program = {static_cast<unsigned short>(plan.reporting_filter.size()), plan.reporting_filter.data()};
  int listener =
      static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
  if (listener < 0) return false;
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  ::memcpy(CMSG_DATA(header), &listener, sizeof listener);
  if (::sendmsg(plan.listener_socket, &message, MSG_NOSIGNAL) != 1) give_up(plan, Step::filter);
  ::close(listener);
  ::close(plan.listener_socket);
  return true;
}

[[noreturn]] void run_command(ChildPlan& plan) {
  if (plan.interactive) {
    // A process group of its own in the foreground, so that a shell's job control works.
    ::setpgid(0, 0);
    ::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(STDIN_FILENO, ::getpid());
    ::signal(SIGTTOU, SIG_DFL);
  } else {
    ::setsid();
  }
  arrange_descriptors(plan);
  default_signals();
  if (::chdir(plan.directory.c_str()) != 0) give_up(plan, Step::directory);
  drop_capabilities(plan);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(plan, Step::filter);
  if (!install_reporting_filter(plan)) {
    struct sock_fprog program = {static_cast<unsigned short>(plan.filter.size()), plan.filter.data()};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) give_up(plan, Step::filter);
  }
  int error = ENOENT;
  for (const std::string& executable : plan.executables) {
    ::execve(executable.c_str(), plan.argv.data(), plan.envp.data());
    if (errno != ENOENT && errno != ENOTDIR) error = errno;
  }
  errno = error;
  give_up(plan, Step::exec);
}

// Processes of the namespace, read from its own /proc.
int count_processes() {
  int fd = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return 0;
  alignas(8) char buffer[32768];
  int count = 0;
  for (;;) {
    long size = ::syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      auto* entry = reinterpret_cast<struct dirent64*>(buffer + at);
      if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') ++count;
      at += entry->d_reclen;
    }
  }
  ::close(fd);
  return count;
}

int64_t milliseconds_now() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

struct ReapResult {
  bool ended = false;  // the command
  bool any_left = false;
  int status = 0;
};

void reap(pid_t command, ReapResult& result) {
  for (;;) {
    int status = 0;
    pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid == command) {
      result.ended = true;
      result.status = status;
    }
    if (pid > 0 || (pid < 0 && errno == EINTR)) continue;
    result.any_left = pid == 0;
    return;
  }
}

// Waits for the command; then gives what it left behind a moment to end by itself (the rest of a pipeline does).
[[noreturn]] void supervise(const ChildPlan& plan, pid_t command) {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  constexpr timespec interval = {0, 100'000'000}, moment = {0, 10'000'000};
  ReapResult result;
  int64_t counted = milliseconds_now();
  for (;;) {
    reap(command, result);
    if (result.ended) break;
    ::sigtimedwait(&child, nullptr, &interval);
    // By the clock: where children end all the time, the wait never takes its whole time.
    if (plan.processes <= 0 || milliseconds_now() - counted < 100) continue;
    counted = milliseconds_now();
    if (count_processes() > plan.processes + 1) {  // and this one
      send(plan, Report{.kind = Report::Kind::too_many_processes});
      ::_exit(125);
    }
  }
  for (int i = 0; i < 20 && result.any_left; ++i) {
    ::sigtimedwait(&child, nullptr, &moment);
    reap(command, result);
  }
  if (result.any_left) ::kill(-1, SIGKILL);
  send(plan, Report{.kind = Report::Kind::finished, .status = result.status, .left = result.any_left});
  ::_exit(0);
}

}  // namespace

int namespace_flags(const ChildPlan& plan) {
  return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (plan.network ? 0 : CLONE_NEWNET);
}

pid_t raw_clone(int flags) {
#if defined(__s390__)
  return static_cast<pid_t>(::syscall(SYS_clone, nullptr, flags | SIGCHLD, nullptr, nullptr, nullptr));
#else
  return static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
#endif
}

void run_init(ChildPlan& plan) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  close_others(plan.kept_fds, 0);
  struct pollfd lifeline = {plan.lifeline_fd, 0, 0};
  if (::poll(&lifeline, 1, 0) > 0) ::_exit(125);  // the parent died before PDEATHSIG was set
  default_signals();
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  ::umask(022);

  take_identity(plan);
  // This process is a copy of the caller's, with its environment and memory: /proc/1 must show nothing of them inside.
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up(plan, Step::mounts_private);
  open_binds(plan, plan.binds, Step::open_bind);
  open_binds(plan, plan.devices, Step::open_device);
  compose_root(plan);
  enter_root(plan);
  if (::sethostname(plan.hostname.data(), plan.hostname.size()) != 0) give_up(plan, Step::hostname);
  if (!plan.network) raise_loopback(plan);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_NOFILE, 4096, 65536);
  if (plan.file_bytes > 0) limit(RLIMIT_FSIZE, plan.file_bytes, plan.file_bytes);
  if (plan.memory_bytes > 0) limit(RLIMIT_AS, plan.memory_bytes, plan.memory_bytes);
  if (plan.processes > 0) limit(RLIMIT_NPROC, room_for(plan.processes), room_for(plan.processes));
  if (plan.executables.empty()) {
    send(plan, Report{.kind = Report::Kind::finished});
    ::_exit(0);
  }
  pid_t command = raw_clone(0);
  if (command < 0) give_up(plan, Step::exec);
  if (command == 0) run_command(plan);
  int report = ::fcntl(plan.report_fd, F_DUPFD_CLOEXEC, 0);
  if (report >= 0) plan.report_fd = report;
  for (int fd : plan.kept_fds)
    if (fd != plan.report_fd) ::close(fd);
  supervise(plan, command);
}

void leave_chroot_and_run(ChildPlan& plan, int pid_fd) {
  auto failed = [&]() { give_up(plan, Step::leave_chroot); };
  if (::unshare(CLONE_NEWNS) != 0) failed();
  int root = ::open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  int self = ::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  // setns makes the namespace's own root ours, wherever a chroot had put us.
  if (root < 0 || self < 0 || ::setns(self, CLONE_NEWNS) != 0) failed();
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) failed();
  if (::move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) != 0) failed();
  if (::fchdir(root) != 0 || ::chroot(".") != 0) failed();
  pid_t pid = raw_clone(namespace_flags(plan) | CLONE_PARENT);
  if (pid < 0) give_up(plan, Step::clone);
  if (pid == 0) run_init(plan);
  while (::write(pid_fd, &pid, sizeof pid) < 0 && errno == EINTR) {
  }
  ::_exit(0);
}

}  // namespace cooper::sandbox

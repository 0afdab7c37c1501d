// The part of a sandbox that runs between clone and exec. The program has other threads, so nothing here may allocate,
// lock or call what is not async-signal-safe: every string is made before, in ChildPlan.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace cooper::sandbox {

// A place in the new root where something is mounted.
struct MountPoint {
  std::vector<std::string> folders;  // absolute, outermost first: made where absent
  std::string path;
  bool is_directory = true;  // else an empty file is made
};

struct PreparedBind {
  std::string source;
  MountPoint target;
  bool writable = false;
  bool optional = false;  // devices that a machine may lack
  int tree_fd = -1;       // set in the child: a detached copy of the mount
};

struct ChildPlan {
  bool network = false, interactive = false;
  std::string uid_map, gid_map, hostname, directory;
  std::vector<std::string> layers, layer_names;  // symlink `layer_names[i]` → `layers[i]`
  std::string upper, work;                       // "": on a tmpfs
  std::string overlay_options;
  std::vector<PreparedBind> binds, devices;
  std::vector<std::string> executables;  // candidates, from PATH; empty: set up only, run nothing
  std::vector<char*> argv, envp;         // ending in nullptr
  int processes = 0;
  uint64_t file_bytes = 0, memory_bytes = 0;
  bool own_pid_max = false;  // kernel.pid_max belongs to the pid namespace (Linux 6.14)
  std::vector<sock_filter> filter;
  std::vector<sock_filter> reporting_filter;  // tried first where there is a listener_socket
  int listener_socket = -1;                   // where the listener of reporting_filter is sent
  int report_fd = -1, lifeline_fd = -1;       // status to the parent; readable (end of file) when the parent is gone
  std::vector<std::pair<int, int>> fds;       // (fd now, fd in the command), with 0, 1 and 2
  std::vector<int> kept_fds;                  // sorted: all that the child may keep
  std::vector<int> scratch_fds;               // as many as fds
  std::vector<int> command_fds;               // sorted: the second halves of fds
};

enum class Step : int32_t {
  clone,
  leave_chroot,
  identity,
  mounts_private,
  open_bind,
  open_device,
  stage,
  overlay,
  pivot,
  proc,
  dev,
  bind,
  hostname,
  loopback,
  limits,
  descriptors,
  filter,
  directory,
  exec,
};

struct Report {
  enum class Kind : int32_t { failed, finished, too_many_processes } kind;
  Step step = Step::clone;
  int32_t error = 0;   // errno
  int32_t index = 0;   // which layer, bind or device
  int32_t status = 0;  // finished: the wait status
  int32_t left = 0;    // finished: other processes were still running
};

// Namespaces for clone(2).
int namespace_flags(const ChildPlan& plan);

// fork() without libc's handlers, with namespaces. As clone(2): 0 in the child.
pid_t raw_clone(int flags);

// The first process of the namespaces: builds the root, starts the command, reaps, reports and exits.
[[noreturn]] void run_init(ChildPlan& plan);

// For root in a chroot, where the kernel refuses user namespaces: makes the chroot the real root of a mount namespace
// of our own, starts run_init as a sibling and writes its pid to `pid_fd`.
[[noreturn]] void leave_chroot_and_run(ChildPlan& plan, int pid_fd);

}  // namespace cooper::sandbox

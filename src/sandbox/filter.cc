#include "sandbox/filter.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "util/file.h"

namespace cooper::sandbox {

namespace {

// Change nothing, answer success: the ledger of the package holds what they would have done, and no id but one is
// mapped.
constexpr const char* faked_owners[] = {"chown", "chown32", "fchown", "fchown32", "lchown", "lchown32", "fchownat"};
constexpr const char* faked_ids[] = {
    "setuid",     "setuid32",  "setgid",      "setgid32",  "setreuid",    "setreuid32", "setregid",
    "setregid32", "setresuid", "setresuid32", "setresgid", "setresgid32", "setgroups",  "setgroups32",
};

// Nothing that builds or runs a package has a use for these; most would need a capability that is gone anyway.
constexpr const char* refused_calls[] = {
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "setns",
    "unshare",
    "swapon",
    "swapoff",
    "reboot",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "acct",
    "quotactl",
    "quotactl_fd",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "lookup_dcookie",
    "add_key",
    "keyctl",
    "request_key",
    "name_to_handle_at",
    "open_by_handle_at",
    "syslog",
    "settimeofday",
    "stime",
    "clock_settime",
    "clock_settime64",
    "clock_adjtime",
    "clock_adjtime64",
    "adjtimex",
    "iopl",
    "ioperm",
    "vm86",
    "vm86old",
    "modify_ldt",
    "nfsservctl",
    "uselib",
    "fanotify_init",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "move_pages",
    "migrate_pages",
    "vhangup",
    "sethostname",
    "setdomainname",
};

class Builder {
 public:
  explicit Builder(scmp_filter_ctx context) : context_(context) {}
  // Calls that an architecture lacks are left out.
  template <typename... Arguments>
  void rule(uint32_t action, const char* name, Arguments... arguments) {
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return;
    int result = seccomp_rule_add(context_, action, number, sizeof...(arguments), arguments...);
    if (result != 0 && error_ == 0) error_ = -result;
  }
  int error() const { return error_; }

 private:
  scmp_filter_ctx context_;
  int error_ = 0;
};

void add_rules(Builder& builder, Ownership ownership) {
  const uint32_t success = SCMP_ACT_ERRNO(0), forbidden = SCMP_ACT_ERRNO(EPERM);
  for (const char* name : refused_calls) builder.rule(forbidden, name);
  // A nested user namespace would give all capabilities back. clone3 hides its flags behind a pointer; libc falls back
  // to clone.
  builder.rule(forbidden, "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
  builder.rule(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  // Local, IPv4, IPv6 and netlink sockets live in the network namespace; some others, such as vsock, reach past it.
  builder.rule(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", SCMP_A0(SCMP_CMP_GT, AF_NETLINK));
  // Typing into the caller's terminal.
  builder.rule(forbidden, "ioctl", SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI));
  builder.rule(forbidden, "ioctl", SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCLINUX));
  if (ownership == Ownership::real) return;
  for (const char* name : faked_owners)
    builder.rule(ownership == Ownership::reported ? uint32_t{SCMP_ACT_NOTIFY} : success, name);
  for (const char* name : faked_ids) builder.rule(success, name);
  for (mode_t device : {S_IFCHR, S_IFBLK}) {
    builder.rule(success, "mknod", SCMP_A1(SCMP_CMP_MASKED_EQ, S_IFMT, device));
    builder.rule(success, "mknodat", SCMP_A2(SCMP_CMP_MASKED_EQ, S_IFMT, device));
  }
}

std::unexpected<Error> filter_error(int error) {
  return fail(ErrorKind::sandbox, "cannot make the system call filter", {}, ::strerror(error));
}

Result<std::vector<sock_filter>> compile_filter(Ownership ownership) {
  std::unique_ptr<void, decltype(&seccomp_release)> context(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (!context) return filter_error(ENOMEM);
    // Programs of the machine's other ABIs follow the same rules; without them they would be killed.
#if defined(__x86_64__)
  seccomp_arch_add(context.get(), SCMP_ARCH_X86);
  seccomp_arch_add(context.get(), SCMP_ARCH_X32);
#elif defined(__aarch64__)
  seccomp_arch_add(context.get(), SCMP_ARCH_ARM);
#endif
  Builder builder(context.get());
  add_rules(builder, ownership);
  if (builder.error() != 0) return filter_error(builder.error());
  util::Fd file(::memfd_create("filter", MFD_CLOEXEC));
  if (!file) return fail_errno("cannot make the system call filter");
  if (int error = seccomp_export_bpf(context.get(), file.get()); error != 0) return filter_error(-error);
  off_t size = ::lseek(file.get(), 0, SEEK_END);
  std::vector<sock_filter> filter(static_cast<size_t>(size) / sizeof(sock_filter));
  if (::pread(file.get(), filter.data(), filter.size() * sizeof(sock_filter), 0) != size)
    return fail_errno("cannot make the system call filter");
  return filter;
}

}  // namespace

Result<std::vector<sock_filter>> make_filter(Ownership ownership) {
  // Compiling takes some milliseconds and gives the same each time.
  static const Result<std::vector<sock_filter>> filters[] = {
      compile_filter(Ownership::real), compile_filter(Ownership::faked), compile_filter(Ownership::reported)};
  return filters[static_cast<size_t>(ownership)];
}

}  // namespace cooper::sandbox

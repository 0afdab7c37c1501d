#include "sandbox/diagnose.h"

#include <errno.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

constexpr long overlayfs_magic = 0x794c7630, nfs_magic = 0x6969, fuse_magic = 0x65735546;

std::string setting(const char* path) {
  auto text = util::read_file(path);
  return text ? std::string(util::trim(*text)) : std::string();
}

bool in_container() {
  std::error_code ec;
  return fs::exists("/.dockerenv", ec) || fs::exists("/run/.containerenv", ec) || ::getenv("container") != nullptr;
}

// In a chroot "/" is usually no mount point.
bool in_chroot() {
  auto mounts = util::read_file("/proc/self/mountinfo");
  if (!mounts) return false;
  for (std::string_view line : util::lines(*mounts)) {
    auto fields = util::words(line);
    if (fields.size() > 4 && fields[4] == "/") return false;
  }
  return true;
}

bool filtered() {
  auto status = util::read_file("/proc/self/status");
  return status && status->find("Seccomp:\t2") != std::string::npos;
}

constexpr const char* container_hint =
    "let the container make user namespaces: `docker run --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined "
    "--security-opt systempaths=unconfined …` or `podman run --security-opt seccomp=unconfined --security-opt "
    "unmask=ALL …`";

// The kernel refuses a new user namespace, or what one is needed for.
Error refused(std::string what, int error) {
  Error e{ErrorKind::sandbox, std::move(what), {}, ::strerror(error), {}};
  if (setting("/proc/sys/kernel/unprivileged_userns_clone") == "0" && ::geteuid() != 0) {
    e.why = "this kernel does not let ordinary users make user namespaces (kernel.unprivileged_userns_clone is 0)";
    e.hint =
        "sudo sysctl -w kernel.unprivileged_userns_clone=1\n(to keep it: a file in /etc/sysctl.d with that setting), "
        "or run cooper as root";
  } else if (setting("/proc/sys/user/max_user_namespaces") == "0") {
    e.why = "user namespaces are switched off (user.max_user_namespaces is 0)";
    e.hint = "sudo sysctl -w user.max_user_namespaces=15000";
  } else if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" && ::geteuid() != 0) {
    std::error_code ec;
    fs::path self = fs::read_symlink("/proc/self/exe", ec);
    e.why =
        "AppArmor does not let unconfined programs use user namespaces (kernel.apparmor_restrict_unprivileged_userns "
        "is 1)";
    e.hint = fmt::format(
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\nor allow this program only, with a file "
        "/etc/apparmor.d/cooper:\n"
        "  abi <abi/4.0>,\n  profile cooper {} flags=(unconfined) {{ userns, }}\nand `sudo apparmor_parser -r "
        "/etc/apparmor.d/cooper`",
        self.string());
  } else if (in_container()) {
    e.why += " (in a container, whose engine decides)";
    e.hint = container_hint;
  } else if (error == EPERM && in_chroot() && ::geteuid() != 0) {
    e.why = "in a chroot the kernel lets only root make user namespaces";
    e.hint =
        "run cooper as root in this chroot, or enter it with systemd-nspawn, bwrap or `unshare --root` instead of "
        "chroot";
  } else if (error == EPERM && filtered()) {
    e.why += " (a seccomp filter is active for this process)";
    e.hint =
        "start cooper outside of the program that restricts it, or allow unshare, clone with CLONE_NEWUSER, mount and "
        "pivot_root in its filter";
  } else if (error == ENOSPC) {
    for (const char* kind : {"user", "mnt", "pid", "ipc", "uts", "net"})
      if (setting(fmt::format("/proc/sys/user/max_{}_namespaces", kind).c_str()) == "0") {
        e.why = fmt::format("user.max_{}_namespaces is 0", kind);
        e.hint = fmt::format("sudo sysctl -w user.max_{}_namespaces=15000", kind);
        return e;
      }
    e.why += " (the limit of namespaces is reached: see /proc/sys/user/max_*_namespaces, and 32 levels of nesting)";
    e.hint = "end what holds namespaces, or raise the limit with sysctl";
  } else if (error == EINVAL || error == ENOSYS) {
    e.why += " (this kernel is built without one of the namespaces user, mount, pid, ipc, uts, net)";
    e.hint = "use a kernel with CONFIG_USER_NS, CONFIG_PID_NS, CONFIG_IPC_NS, CONFIG_UTS_NS and CONFIG_NET_NS";
  } else {
    e.hint = "`cooper doctor` lists what this machine lacks";
  }
  return e;
}

Error overlay_refused(int error, const std::string& upper) {
  Error e{ErrorKind::sandbox, "cannot mount an overlay for the build root", upper, ::strerror(error), {}};
  struct statfs fs_info;
  bool known = !upper.empty() && ::statfs(upper.c_str(), &fs_info) == 0;
  long type = known ? static_cast<long>(fs_info.f_type) : 0;
  if (error == ENODEV) {
    e.why = "this kernel has no overlayfs";
    e.hint = "sudo modprobe overlay";
  } else if (error == EPERM) {
    e.why = "this kernel does not allow overlayfs in a user namespace (Linux 5.11 and later do)";
    e.hint = "use a newer kernel";
  } else if (type == overlayfs_magic || type == nfs_magic || type == fuse_magic) {
    e.why = fmt::format("the folder lies on {}, which cannot hold the writable layer of an overlay",
                        type == overlayfs_magic ? "overlayfs (as the root of a container does)"
                        : type == nfs_magic     ? "a network file system"
                                                : "a FUSE file system");
    e.hint = "put the store on a local file system (ext4, xfs, btrfs, tmpfs) with --cache-dir DIR";
  } else {
    e.hint =
        "if the file system of the store is an unusual one, use --cache-dir DIR with a folder on ext4, xfs, btrfs or "
        "tmpfs";
  }
  return e;
}

}  // namespace

Error explain(Step step, int error, const std::string& subject) {
  auto failed = [&](std::string what, ErrorKind kind = ErrorKind::sandbox) {
    return Error{kind, std::move(what), subject, ::strerror(error), {}};
  };
  switch (step) {
    case Step::clone: return refused("cannot make a sandbox: the kernel refuses new namespaces", error);
    case Step::leave_chroot: return refused("cannot make a sandbox in this chroot", error);
    case Step::identity:
      if (error == ENOENT)
        return Error{ErrorKind::sandbox, "cannot make a sandbox", "/proc/self/uid_map", "/proc is not mounted",
                     "mount -t proc proc /proc"};
      return refused("cannot make a sandbox: the kernel refuses the user mapping", error);
    case Step::mounts_private:
    case Step::stage: return refused("cannot make a sandbox: the kernel refuses mounts in a user namespace", error);
    case Step::overlay: return overlay_refused(error, subject);
    case Step::proc: {
      Error e = failed("cannot mount /proc in the sandbox");
      e.why += ": parts of this system's own /proc are covered or read-only";
      e.hint = container_hint;
      return e;
    }
    case Step::open_bind: return failed("cannot bind into the sandbox", ErrorKind::failed);
    case Step::open_device: {
      Error e = failed("a device that every program needs is missing");
      e.hint = "mount /dev here; for a chroot: `mount --rbind /dev CHROOT/dev` from outside";
      return e;
    }
    case Step::pivot: return failed("cannot enter the root of the sandbox");
    case Step::dev: return failed("cannot make /dev in the sandbox");
    case Step::bind: return failed("cannot bind into the sandbox", ErrorKind::failed);
    case Step::hostname: return failed("cannot name the sandbox");
    case Step::loopback: return failed("cannot start the loopback network in the sandbox");
    case Step::limits: return failed("cannot limit the sandbox");
    case Step::descriptors: return failed("cannot pass open files into the sandbox");
    case Step::filter: return failed("cannot set the system call filter of the sandbox");
    case Step::directory: return failed("cannot change to the working folder in the sandbox", ErrorKind::failed);
    case Step::exec: {
      Error e = failed("cannot start the command in the sandbox", ErrorKind::failed);
      if (error == ENOENT) e.why = "it is not there, or its interpreter or loader is not";
      return e;
    }
  }
  return failed("cannot make a sandbox");
}

}  // namespace cooper::sandbox

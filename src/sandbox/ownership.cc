#include "sandbox/ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include <fmt/format.h>

namespace cooper::sandbox {

namespace {

#if defined(__x86_64__)
constexpr uint32_t native = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t native = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t native = 0;
#endif

// What a call asks for. A path is followed from `base`, a descriptor of the caller's or AT_FDCWD.
struct Asked {
  int base = AT_FDCWD;
  uint64_t path = 0;  // its address in the caller; 0: the descriptor itself is meant
  bool follow = true, may_be_empty = false;
  uint32_t uid = 0, gid = 0;
};

Asked decode(const seccomp_data& data) {
  auto number = [&](int i) { return static_cast<uint32_t>(data.args[i]); };
  switch (data.nr) {
    case SYS_fchown: return {static_cast<int>(data.args[0]), 0, true, false, number(1), number(2)};
    case SYS_fchownat: {
      auto flags = number(4);
      return {static_cast<int>(data.args[0]), data.args[1], (flags & AT_SYMLINK_NOFOLLOW) == 0,
              (flags & AT_EMPTY_PATH) != 0,   number(2),    number(3)};
    }
#ifdef SYS_lchown
    case SYS_lchown: return {AT_FDCWD, data.args[0], false, false, number(1), number(2)};
#endif
    default: return {AT_FDCWD, data.args[0], true, false, number(1), number(2)};
  }
}

// A string in the memory of the caller; -errno where it cannot be read.
int read_string(int pid, uint64_t address, std::string& text) {
  util::Fd memory(::open(fmt::format("/proc/{}/mem", pid).c_str(), O_RDONLY | O_CLOEXEC));
  if (!memory) return -EFAULT;
  char buffer[PATH_MAX];
  ssize_t size = ::pread(memory.get(), buffer, sizeof buffer, static_cast<off_t>(address));
  if (size <= 0) return -EFAULT;
  size_t length = ::strnlen(buffer, static_cast<size_t>(size));
  if (length == static_cast<size_t>(size)) return length == sizeof buffer ? -ENAMETOOLONG : -EFAULT;
  text.assign(buffer, length);
  return 0;
}

std::string link_text(const std::string& link) {
  char buffer[PATH_MAX];
  ssize_t size = ::readlink(link.c_str(), buffer, sizeof buffer);
  return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : std::string();
}

// Opens what is meant without any right but to look at it; in the caller's root, so that no link leads out of it.
int open_asked(int pid, const Asked& asked, util::Fd& file) {
  std::string path;
  if (asked.path != 0)
    if (int error = read_string(pid, asked.path, path); error != 0) return error;
  std::string base =
      asked.base == AT_FDCWD ? fmt::format("/proc/{}/cwd", pid) : fmt::format("/proc/{}/fd/{}", pid, asked.base);
  if (asked.path == 0 || (path.empty() && asked.may_be_empty)) {
    file = util::Fd(::open(base.c_str(), O_PATH | O_CLOEXEC));
    return file ? 0 : -EBADF;
  }
  if (path.empty()) return -ENOENT;
  if (path[0] != '/') path = link_text(base) + "/" + path;
  util::Fd root(::open(fmt::format("/proc/{}/root", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return -EACCES;
  struct open_how how {};
  how.flags = static_cast<uint64_t>(O_PATH | O_CLOEXEC | (asked.follow ? 0 : O_NOFOLLOW));
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  file = util::Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
  return file ? 0 : -errno;
}

}  // namespace

Result<util::Fd> OwnershipListener::open() {
  struct seccomp_notif_sizes sizes {};
  if (native == 0 || ::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return util::Fd();
  request_.resize(std::max<size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)));
  response_.resize(std::max<size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail_errno("cannot make a socket");
  socket_ = util::Fd(ends[0]);
  return util::Fd(ends[1]);
}

void OwnershipListener::receive() {
  char byte;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
  socket_.reset();
  if (size <= 0) return;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
      listener_ = util::Fd(fd);
    }
}

void OwnershipListener::serve(short events) {
  if ((events & POLLIN) == 0) return listener_.reset();
  std::fill(request_.begin(), request_.end(), 0);
  auto* request = reinterpret_cast<seccomp_notif*>(request_.data());
  if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, request) != 0) {
    if (errno != EINTR && errno != ENOENT && errno != EAGAIN) listener_.reset();
    return;
  }
  int error = 0;
  OwnershipChange change;
  bool known = false;
  if (request->data.arch == native) {
    Asked asked = decode(request->data);
    util::Fd file;
    error = open_asked(static_cast<int>(request->pid), asked, file);
    struct statx info {};
    if (error == 0 && ::statx(file.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) == 0) {
      change = {makedev(info.stx_dev_major, info.stx_dev_minor),
                info.stx_ino,
                info.stx_btime.tv_sec,
                info.stx_btime.tv_nsec,
                asked.uid,
                asked.gid};
      // What was read is the caller's only if it still waits.
      known = ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &request->id) == 0;
    }
  }
  if (known) on_change_(change);
  std::fill(response_.begin(), response_.end(), 0);
  auto* response = reinterpret_cast<seccomp_notif_resp*>(response_.data());
  response->id = request->id;
  response->error = error;
  ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, response);
}

}  // namespace cooper::sandbox

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "tree/tree.h"
#include "util/file.h"

namespace cooper::tree {

namespace {

using util::Fd;

// Reflink where the file system can, else copy in the kernel, else by hand.
Result<> copy_bytes(int from, int to, const std::filesystem::path& source) {
  if (::ioctl(to, FICLONE, from) == 0) return {};
  char buffer[1 << 16];
  for (bool in_kernel = true;;) {
    if (in_kernel) {
      ssize_t n = ::copy_file_range(from, nullptr, to, nullptr, 1 << 30, 0);
      if (n > 0) continue;
      if (n == 0) return {};
      if (errno == ENOSPC || errno == EIO || errno == EDQUOT) return fail_errno("cannot copy file", source);
      in_kernel = false;
    }
    ssize_t n = ::read(from, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read file", source);
    if (n == 0) return {};
    for (ssize_t written = 0; written < n;) {
      ssize_t step = ::write(to, buffer + written, n - written);
      if (step < 0 && errno == EINTR) continue;
      if (step < 0) return fail_errno("cannot write a copy of file", source);
      written += step;
    }
  }
}

class Writer {
 public:
  Writer(const Tree& tree, const std::filesystem::path& root, bool link, bool privileged)
      : tree_(tree), root_(root), link_(link), privileged_(privileged) {}

  Result<> run() {
    root_fd_ = Fd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_fd_) return fail_errno("cannot open folder", root_);
    for (const Entry& entry : tree_.entries) {
      if (!valid_path(entry.path)) return fail(ErrorKind::failed, "bad path in a tree", entry.path);
      TRY(put(entry));
    }
    // Folders last, deepest first: their modes may forbid writing, and writing changes their times.
    for (auto it = tree_.entries.rbegin(); it != tree_.entries.rend(); ++it)
      if (it->kind == EntryKind::directory) TRY(finish_directory(*it));
    return {};
  }

 private:
  std::unexpected<Error> fail_entry(std::string what, const Entry& entry) {
    return fail_errno(std::move(what), root_ / entry.path);
  }

  // Walks to the folder without following a symlink, making what is missing. Keeps the last one open: neighbours come
  // in a row.
  Result<int> open_parent(std::string_view directory) {
    if (directory.empty()) return root_fd_.get();
    if (parent_fd_ && directory == parent_path_) return parent_fd_.get();
    Fd at(::fcntl(root_fd_.get(), F_DUPFD_CLOEXEC, 0));
    for (size_t start = 0; start < directory.size();) {
      size_t end = std::min(directory.find('/', start), directory.size());
      std::string part(directory.substr(start, end - start));
      Fd next(::openat(at.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!next && errno == ENOENT && ::mkdirat(at.get(), part.c_str(), 0755) == 0)
        next = Fd(::openat(at.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!next) {
        std::filesystem::path shown = root_ / directory.substr(0, end);
        if (errno == ELOOP || errno == ENOTDIR)
          return fail(ErrorKind::failed, "cannot write below what is no folder", shown,
                      "the tree has files below this path");
        return fail_errno("cannot open folder", shown);
      }
      at = std::move(next);
      start = end + 1;
    }
    parent_fd_ = std::move(at);
    parent_path_ = directory;
    return parent_fd_.get();
  }

  Result<> put(const Entry& entry) {
    int parent = TRY(open_parent(cooper::tree::parent_path(entry.path)));
    std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    if (entry.kind == EntryKind::directory) return make_directory(entry, parent, name);
    if (::unlinkat(parent, name.c_str(), 0) != 0 && errno != ENOENT) return fail_entry("cannot replace", entry);
    switch (entry.kind) {
      case EntryKind::file: return make_file(entry, parent, name);
      case EntryKind::symlink:
        if (::symlinkat(entry.target.c_str(), parent, name.c_str()) != 0)
          return fail_entry("cannot make symlink", entry);
        return finish(entry, parent, name);
      case EntryKind::hardlink: return make_hardlink(entry, parent, name);
      case EntryKind::fifo:
        if (::mknodat(parent, name.c_str(), S_IFIFO | 0600, 0) != 0) return fail_entry("cannot make fifo", entry);
        return finish(entry, parent, name);
      default: {
        if (!privileged_) return {};
        mode_t type = entry.kind == EntryKind::character_device ? S_IFCHR : S_IFBLK;
        if (::mknodat(parent, name.c_str(), type | 0600, makedev(entry.device_major, entry.device_minor)) != 0)
          return fail_entry("cannot make device", entry);
        return finish(entry, parent, name);
      }
    }
  }

  Result<> make_directory(const Entry& entry, int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0700) == 0) return {};
    struct stat st;
    if (errno == EEXIST && ::fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) {
      if (S_ISDIR(st.st_mode)) return {};
      errno = ENOTDIR;
    }
    return fail_entry("cannot make folder", entry);
  }

  Result<> finish_directory(const Entry& entry) {
    int parent = TRY(open_parent(cooper::tree::parent_path(entry.path)));
    return finish(entry, parent, entry.path.substr(entry.path.rfind('/') + 1));
  }

  uint32_t disk_mode(const Entry& entry) const {
    return entry.mode & (privileged_ || entry.kind == EntryKind::directory ? 07777 : 01777);
  }

  Result<> make_file(const Entry& entry, int parent, const std::string& name) {
    Fd from(::open(entry.source.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!from)
      return fail_errno("cannot open file", entry.source, entry.source.empty() ? entry.path + " has no source" : "");
    struct stat st;
    if (::fstat(from.get(), &st) != 0) return fail_errno("cannot stat file", entry.source);
    // A link shares owner, mode and xattrs with its source: only where they are what is wanted.
    bool same = (st.st_mode & 07777) == disk_mode(entry) &&
                (!privileged_ || (st.st_uid == entry.uid && st.st_gid == entry.gid && entry.xattrs.empty()));
    if (link_ && same && ::linkat(AT_FDCWD, entry.source.c_str(), parent, name.c_str(), 0) == 0) return {};
    Fd to(::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!to) return fail_entry("cannot make file", entry);
    TRY(copy_bytes(from.get(), to.get(), entry.source));
    return finish(entry, parent, name);
  }

  Result<> make_hardlink(const Entry& entry, int parent, const std::string& name) {
    if (!valid_path(entry.target)) return fail(ErrorKind::failed, "bad hard link in a tree", entry.path);
    Fd keep(::fcntl(parent, F_DUPFD_CLOEXEC, 0));
    int from = TRY(open_parent(cooper::tree::parent_path(entry.target)));
    if (::linkat(from, entry.target.substr(entry.target.rfind('/') + 1).c_str(), keep.get(), name.c_str(), 0) != 0)
      return fail_entry("cannot make hard link to " + entry.target, entry);
    return {};
  }

  Result<> finish(const Entry& entry, int parent, const std::string& name) {
    if (privileged_ && ::fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_entry(fmt::format("cannot give to {}:{}", entry.uid, entry.gid), entry);
    if (entry.kind != EntryKind::symlink && ::fchmodat(parent, name.c_str(), disk_mode(entry), 0) != 0)
      return fail_entry("cannot set mode", entry);
    TRY(set_xattrs(entry, parent, name));
    struct timespec times[2] = {{0, UTIME_OMIT}, {static_cast<time_t>(entry.mtime), 0}};
    if (::utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) return fail_entry("cannot set time", entry);
    return {};
  }

  Result<> set_xattrs(const Entry& entry, int parent, const std::string& name) {
    if (entry.xattrs.empty() || (entry.kind != EntryKind::file && entry.kind != EntryKind::directory)) return {};
    // No *xattrat before Linux 6.13: by the descriptor's name in /proc, which does not follow links here.
    Fd fd(::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return fail_entry("cannot open", entry);
    for (const auto& [key, value] : entry.xattrs) {
      if (!privileged_ && !key.starts_with("user.")) continue;
      if (::fsetxattr(fd.get(), key.c_str(), value.data(), value.size(), 0) != 0 && (privileged_ || errno != ENOTSUP))
        return fail_entry("cannot set extended attribute " + key, entry);
    }
    return {};
  }

  const Tree& tree_;
  std::filesystem::path root_;
  bool link_, privileged_;
  Fd root_fd_, parent_fd_;
  std::string parent_path_;
};

}  // namespace

Result<> materialize(const Tree& tree, const std::filesystem::path& root, bool link, bool privileged) {
  return Writer(tree, root, link, privileged).run();
}

}  // namespace cooper::tree

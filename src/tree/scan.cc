#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "tree/tree.h"
#include "util/file.h"
#include "util/hash.h"

namespace cooper::tree {

namespace {

using util::Fd;

// Opens a file for reading that its owner has closed to himself (mode 0111 and the like), leaving the mode as it was.
Fd open_anyway(const char* path) {
  Fd fd(::open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat st;
  if (fd || errno != EACCES || ::lstat(path, &st) != 0) return fd;
  if (::chmod(path, (st.st_mode & 07777) | 0400) != 0) {
    errno = EACCES;
    return fd;
  }
  fd = Fd(::open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  int error = errno;
  ::chmod(path, st.st_mode & 07777);
  errno = error;
  return fd;
}

// Overlayfs keeps its own notes in user.overlay.*; they are no part of what was installed.
bool wanted_xattr(std::string_view name) {
  return name == "security.capability" || (name.starts_with("user.") && !name.starts_with("user.overlay."));
}

Result<> read_xattrs(const std::filesystem::path& path, std::map<std::string, std::string>& xattrs) {
  std::string names(1024, '\0');
  ssize_t size;
  while ((size = ::llistxattr(path.c_str(), names.data(), names.size())) < 0 && errno == ERANGE)
    names.resize(names.size() * 2);
  if (size < 0) {
    if (errno == ENOTSUP || errno == EPERM || errno == EACCES) return {};
    return fail_errno("cannot read extended attributes", path);
  }
  for (const char* name = names.data(); name < names.data() + size; name += std::string_view(name).size() + 1) {
    if (!wanted_xattr(name)) continue;
    std::string value(1024, '\0');
    ssize_t length;
    while ((length = ::lgetxattr(path.c_str(), name, value.data(), value.size())) < 0 && errno == ERANGE)
      value.resize(value.size() * 2);
    if (length < 0) return fail_errno(std::string("cannot read extended attribute ") + name, path);
    value.resize(length);
    xattrs[name] = std::move(value);
  }
  return {};
}

struct Found {
  Entry entry;
  dev_t device = 0;
  ino_t inode = 0;
  bool shared = false;  // more than one link
};

class Scanner {
 public:
  explicit Scanner(const std::filesystem::path& root) : root_(root) {}
  ~Scanner() {
    for (auto it = opened_.rbegin(); it != opened_.rend(); ++it) ::chmod(it->first.c_str(), it->second);
  }

  Result<Tree> run() {
    Fd fd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return fail_errno("cannot read folder", root_);
    TRY(walk(std::move(fd), ""));
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.entry.path < b.entry.path; });
    link_hardlinks();
    Tree tree;
    tree.entries.reserve(found_.size());
    for (Found& found : found_) tree.entries.push_back(std::move(found.entry));
    found_.clear();
    TRY(digest_files(tree));
    return tree;
  }

 private:
  Result<> walk(Fd directory, const std::string& prefix) {
    int fd = directory.get();
    DIR* stream = ::fdopendir(directory.release());
    if (!stream) return fail_errno("cannot list folder", root_ / prefix);
    struct Close {
      DIR* stream;
      ~Close() { ::closedir(stream); }
    } close{stream};
    errno = 0;
    while (dirent* item = ::readdir(stream)) {
      std::string_view name = item->d_name;
      if (name != "." && name != "..")
        TRY(visit(fd, item->d_name, prefix.empty() ? std::string(name) : prefix + "/" + item->d_name));
      errno = 0;
    }
    if (errno != 0) return fail_errno("cannot list folder", root_ / prefix);
    return {};
  }

  Result<> visit(int parent, const char* name, std::string path) {
    struct stat st;
    if (::fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno("cannot stat file", root_ / path);
    Found found;
    Entry& entry = found.entry;
    entry.mode = st.st_mode & 07777;
    entry.mtime = st.st_mtim.tv_sec;
    std::optional<Fd> below;
    switch (st.st_mode & S_IFMT) {
      case S_IFDIR: {
        entry.kind = EntryKind::directory;
        // A folder closed to its owner stays open until all below it has been read.
        if ((entry.mode & 0500) != 0500 && ::geteuid() != 0 && ::fchmodat(parent, name, entry.mode | 0700, 0) == 0)
          opened_.emplace_back(root_ / path, entry.mode);
        below = Fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!*below) return fail_errno("cannot read folder", root_ / path);
        break;
      }
      case S_IFREG:
        entry.kind = EntryKind::file;
        entry.size = st.st_size;
        entry.source = root_ / path;
        break;
      case S_IFLNK: {
        entry.kind = EntryKind::symlink;
        entry.mode = 0777;
        entry.target.resize(st.st_size > 0 ? st.st_size + 1 : 4096);
        ssize_t n = ::readlinkat(parent, name, entry.target.data(), entry.target.size());
        if (n < 0) return fail_errno("cannot read link", root_ / path);
        entry.target.resize(n);
        break;
      }
      case S_IFCHR: entry.kind = EntryKind::character_device; break;
      case S_IFBLK: entry.kind = EntryKind::block_device; break;
      case S_IFIFO: entry.kind = EntryKind::fifo; break;
      default: return {};  // a socket
    }
    if (entry.kind == EntryKind::character_device || entry.kind == EntryKind::block_device) {
      entry.device_major = major(st.st_rdev);
      entry.device_minor = minor(st.st_rdev);
    }
    if (entry.kind == EntryKind::file || entry.kind == EntryKind::directory)
      TRY(read_xattrs(root_ / path, entry.xattrs));
    if (!S_ISDIR(st.st_mode) && st.st_nlink > 1) {
      found.shared = true;
      found.device = st.st_dev;
      found.inode = st.st_ino;
    }
    entry.path = path;
    found_.push_back(std::move(found));
    if (below) return walk(std::move(*below), path);
    return {};
  }

  // The first path in order keeps the bytes; links to it name it. Only files can be hard links in a ledger: other kinds
  // that share an inode are written out twice, which means the same.
  void link_hardlinks() {
    std::map<std::pair<dev_t, ino_t>, const Entry*> first;
    for (Found& found : found_) {
      if (!found.shared || found.entry.kind != EntryKind::file) continue;
      auto [it, fresh] = first.emplace(std::pair(found.device, found.inode), &found.entry);
      if (fresh) continue;
      found.entry.kind = EntryKind::hardlink;
      found.entry.target = it->second->path;
      found.entry.size = 0;
      found.entry.source.clear();
    }
  }

  Result<> digest_one(Entry& entry) {
    Fd fd = open_anyway(entry.source.c_str());
    if (!fd) return fail_errno("cannot open file", entry.source);
    util::Hasher hasher(util::HashAlgorithm::sha256);
    thread_local std::vector<char> buffer(1 << 18);
    uint64_t size = 0;
    for (;;) {
      ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail_errno("cannot read file", entry.source);
      if (n == 0) break;
      hasher.update({buffer.data(), static_cast<size_t>(n)});
      size += n;
    }
    if (size != entry.size)
      return fail(ErrorKind::failed, "a file changed while it was read", entry.source, "another process writes there");
    entry.digest = hasher.hex();
    return {};
  }

  Result<> digest_files(Tree& tree) {
    std::atomic<size_t> next = 0;
    std::mutex mutex;
    Result<> result;
    auto work = [&]() {
      for (size_t i; (i = next++) < tree.entries.size();) {
        Entry& entry = tree.entries[i];
        if (entry.kind != EntryKind::file) continue;
        Result<> done = digest_one(entry);
        if (done) continue;
        std::lock_guard lock(mutex);
        if (result) result = std::move(done);
        next = tree.entries.size();
      }
    };
    // A thread pays for itself only with some megabytes to read.
    uint64_t useful = 1 + tree.total_size() / (4 << 20);
    auto threads = std::min<uint64_t>({useful, std::max(1u, std::thread::hardware_concurrency()), 16});
    std::vector<std::jthread> pool;
    for (uint64_t i = 1; i < threads; ++i) pool.emplace_back(work);
    work();
    pool.clear();
    return result;
  }

  std::filesystem::path root_;
  std::vector<Found> found_;
  std::vector<std::pair<std::filesystem::path, mode_t>> opened_;  // with the modes to restore
};

}  // namespace

Result<Tree> scan(const std::filesystem::path& root) { return Scanner(root).run(); }

}  // namespace cooper::tree

#include "util/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

namespace cooper::util {

Result<std::string> read_file(const fs::path& path, uint64_t limit) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open file", path);
  return read_file(fd, path, limit);
}

Result<std::string> read_file(const Fd& fd, const fs::path& path, uint64_t limit) {
  struct stat st;
  if (::fstat(fd.get(), &st) != 0) return fail_errno("cannot stat file", path);
  if (S_ISDIR(st.st_mode)) return fail(ErrorKind::failed, "cannot read file", path, "it is a folder");
  auto too_large = [&] {
    return fail(ErrorKind::failed, "file is too large", path, fmt::format("it has more than {} bytes", limit));
  };
  if (S_ISREG(st.st_mode) && static_cast<uint64_t>(st.st_size) > limit) return too_large();
  // Files of /proc say that they are empty. A file that ends where it said needs no further read to tell its end.
  size_t told = S_ISREG(st.st_mode) ? static_cast<size_t>(st.st_size) : 0;
  size_t room = told > 0 ? told + 1 : 65536, size = 0;
  std::string content;
  for (;;) {
    ssize_t n = 0;
    content.resize_and_overwrite(size + room, [&](char* bytes, size_t) {
      n = ::read(fd.get(), bytes + size, room);
      return size + static_cast<size_t>(std::max<ssize_t>(n, 0));
    });
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read file", path);
    size = content.size();
    if (size > limit) return too_large();
    if (n == 0 || (told > 0 && size == told)) return content;
    room = 65536;
  }
}

Result<> write_file(const fs::path& path, std::string_view content, unsigned mode, Fsync fsync) {
  fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  TRY(make_directories(parent));
  std::string temporary = (parent / fmt::format(".{}.XXXXXX", path.filename().string())).string();
  Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("cannot write file", path);
  auto give_up = [&]() {
    auto error = fail_errno("cannot write file", path);
    ::unlink(temporary.c_str());
    return error;
  };
  while (!content.empty()) {
    ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up();
    content.remove_prefix(n);
  }
  if (::fchmod(fd.get(), mode) != 0 || (fsync == Fsync::yes && ::fsync(fd.get()) != 0)) return give_up();
  if (::rename(temporary.c_str(), path.c_str()) != 0) return give_up();
  return {};
}

Result<std::vector<std::string>> list_directory(const fs::path& path) {
  DIR* dir = ::opendir(path.c_str());
  if (!dir) return fail_errno("cannot list folder", path);
  std::vector<std::string> names;
  while (dirent* entry = ::readdir(dir)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

Result<> make_directories(const fs::path& path) {
  std::error_code ec;
  fs::create_directories(path, ec);
  if (ec) return fail(ErrorKind::failed, "cannot make folder", path, ec.message());
  return {};
}

namespace {

// Removes a tree of any depth: what lies deep is moved up first, as every level takes a descriptor and a frame.
class Remover {
 public:
  Result<> remove(int parent, const char* name, const fs::path& shown, int depth) {
    if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR && errno != EPERM) return fail_errno("cannot remove", shown);
    if (depth >= deepest && ::fchmodat(parent, name, 0700, 0) == 0 &&
        ::renameat(parent, name, top_, fmt::format(".deep.{}", ++moved_).c_str()) == 0)
      return {};
    Fd fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && errno == EACCES) {
      ::fchmodat(parent, name, 0700, 0);
      fd = Fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!fd) return fail_errno("cannot remove", shown);
    struct stat st;
    if (::fstat(fd.get(), &st) == 0 && (st.st_mode & 0700) != 0700) ::fchmod(fd.get(), 0700);
    if (depth == 0) top_ = fd.get();
    int before;
    do {
      before = moved_;
      TRY(remove_below(fd.get(), shown, depth));
    } while (depth == 0 && moved_ != before);
    if (::unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT) return fail_errno("cannot remove", shown);
    return {};
  }

 private:
  static constexpr int deepest = 64;

  Result<> remove_below(int folder, const fs::path& shown, int depth) {
    DIR* dir = ::fdopendir(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir) return fail_errno("cannot remove", shown);
    std::vector<std::string> names;
    while (dirent* entry = ::readdir(dir)) names.emplace_back(entry->d_name);
    ::closedir(dir);
    Result<> result;
    for (const std::string& entry : names) {
      if (entry == "." || entry == "..") continue;
      auto removed = remove(folder, entry.c_str(), shown / entry, depth + 1);
      if (!removed && result) result = std::move(removed);
    }
    return result;
  }

  int top_ = -1, moved_ = 0;
};

}  // namespace

Result<> remove_tree(const fs::path& path) { return Remover().remove(AT_FDCWD, path.c_str(), path, 0); }

Result<TemporaryDirectory> TemporaryDirectory::create(const fs::path& parent, std::string_view prefix) {
  TRY(make_directories(parent));
  std::string name = (parent / fmt::format("{}.XXXXXX", prefix)).string();
  if (!::mkdtemp(name.data())) return fail_errno("cannot make a temporary folder", parent);
  return TemporaryDirectory(name);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(other.release()) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  if (this != &other) {
    if (!path_.empty()) (void)remove_tree(path_);
    path_ = other.release();
  }
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!path_.empty()) (void)remove_tree(path_);
}

fs::path TemporaryDirectory::release() { return std::exchange(path_, fs::path()); }

namespace {
Result<int> open_and_lock(const fs::path& path, int operation) {
  TRY(make_directories(path.parent_path()));
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) return fail_errno("cannot open lock file", path);
  while (::flock(fd.get(), operation) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return -1;
    return fail_errno("cannot lock file", path);
  }
  return fd.release();
}
int flock_operation(FileLock::Kind kind) { return kind == FileLock::Kind::shared ? LOCK_SH : LOCK_EX; }
}  // namespace

Result<FileLock> FileLock::acquire(const fs::path& path, Kind kind) {
  return FileLock(TRY(open_and_lock(path, flock_operation(kind))));
}

Result<FileLock> FileLock::try_acquire(const fs::path& path, Kind kind) {
  return FileLock(TRY(open_and_lock(path, flock_operation(kind) | LOCK_NB)));
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace cooper::util

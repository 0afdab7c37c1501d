// Files and folders: whole reads, atomic writes, temporary folders, locks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::util {

namespace fs = std::filesystem;
class Fd;

// The whole file. Errors: failed, with the path in `where`; also where it is larger than `limit` bytes.
Result<std::string> read_file(const fs::path& path, uint64_t limit = uint64_t{1} << 30);
// The same of a file that is open; `path` is what errors call it.
Result<std::string> read_file(const Fd& fd, const fs::path& path, uint64_t limit = uint64_t{1} << 30);

// Writes to a temporary name in the same folder, fsyncs and renames: readers see the old file or the new one, never a
// part. Makes the parent folders. Without fsync a crash of the machine may leave an empty file behind: for what can be
// made anew and is noticed when it is damaged.
enum class Fsync { yes, no };
Result<> write_file(const fs::path& path, std::string_view content, unsigned mode = 0644, Fsync fsync = Fsync::yes);

// Names in the folder, sorted by byte value, without "." and "..".
Result<std::vector<std::string>> list_directory(const fs::path& path);

Result<> make_directories(const fs::path& path);

// Removes a file or a folder with all in it; folders that its owner may not write are opened first. No error if absent.
Result<> remove_tree(const fs::path& path);

// A fresh empty folder under `parent` (made if need be), removed with all in it when this goes out of scope.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> create(const fs::path& parent, std::string_view prefix);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();
  const fs::path& path() const { return path_; }
  // Gives the folder up: it stays on disk.
  fs::path release();

 private:
  explicit TemporaryDirectory(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

// An advisory lock (flock) on a file, made if absent; held until this goes out of scope, gone with the process.
class FileLock {
 public:
  enum class Kind { shared, exclusive };
  static Result<FileLock> acquire(const fs::path& path, Kind kind);
  // nullopt-like: ok() is false where another process holds it.
  static Result<FileLock> try_acquire(const fs::path& path, Kind kind);
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();
  bool held() const { return fd_ >= 0; }

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace cooper::util

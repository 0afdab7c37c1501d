#include "image/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cooper::image {

namespace {

std::unexpected<Error> cannot_write(const std::filesystem::path& path) {
  std::string hint;
  if (errno == ENOSPC || errno == EDQUOT)
    hint = "free some space there (`cooper cache gc` frees cooper's own), or write to another place";
  return fail(ErrorKind::failed, "cannot write the image", path, std::strerror(errno), std::move(hint));
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  if (path.has_parent_path()) TRY(util::make_directories(path.parent_path()));
  util::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) return cannot_write(path);
  return OutputFile(std::move(fd), path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      path_(std::exchange(other.path_, {})),
      hasher_(std::move(other.hasher_)),
      size_(other.size_) {}

OutputFile::~OutputFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<> OutputFile::write(std::string_view bytes) {
  hasher_.update(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_write(path_);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<std::string> OutputFile::finish() {
  if (::fsync(fd_.get()) != 0 && errno != EINVAL && errno != EROFS)
    return cannot_write(path_);  // EINVAL: a pipe or device
  if (::close(fd_.release()) != 0) return cannot_write(path_);
  path_.clear();
  return hasher_.hex();
}

Result<> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return cannot_write(to);
  return {};
}

}  // namespace cooper::image

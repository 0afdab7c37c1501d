// Where written bytes go: sinks that can be put one behind the other (tar → digest → gzip → digest → file).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "util/error.h"
#include "util/file.h"
#include "util/hash.h"

namespace cooper::image {

// Takes the next piece of a stream. After an error nothing more is given to it.
using Sink = std::function<Result<>(std::string_view)>;

// A file being written, with its SHA-256 and size on the way. Removed again unless finish() was reached.
class OutputFile {
 public:
  // The file must not exist. Makes the parent folders.
  static Result<OutputFile> create(const std::filesystem::path& path);
  OutputFile(OutputFile&& other) noexcept;
  ~OutputFile();

  Result<> write(std::string_view bytes);
  Sink sink() {
    return [this](std::string_view bytes) { return write(bytes); };
  }
  // Puts it on the disk for good (fsync). Returns the SHA-256 in hex.
  Result<std::string> finish();
  uint64_t size() const { return size_; }

 private:
  OutputFile(util::Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  util::Fd fd_;
  std::filesystem::path path_;  // "" once finished or moved from
  util::Hasher hasher_{util::HashAlgorithm::sha256};
  uint64_t size_ = 0;
};

// Renames over `to`, so that readers see the old one or the new one; `to` may be a folder only if it does not exist or
// is empty.
Result<> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace cooper::image

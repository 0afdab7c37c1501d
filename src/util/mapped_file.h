// A file as read-only memory.
#pragma once

#include <filesystem>
#include <string_view>

#include "util/error.h"

namespace cooper::util {

// Maps a whole file. Where somebody shortens the file while it is mapped, the pages that are gone read as zeros instead
// of ending the process: what is read from a mapping must be checked anyway.
class MappedFile {
 public:
  // Errors: failed. An empty file is an empty mapping.
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return bytes_; }

 private:
  MappedFile() = default;
  std::string_view bytes_;
  int slot_ = -1;  // where the handler of SIGBUS finds it
};

}  // namespace cooper::util

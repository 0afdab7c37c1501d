// Writes tar archives whose bytes depend on nothing but what is put in.
#pragma once

#include <string>
#include <string_view>

#include "image/output.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::image {

// POSIX ustar, with pax extended headers (POSIX.1-2001) only for what ustar cannot say: long or non-ASCII names, large
// ids and sizes, times before 1970, extended attributes (SCHILY.xattr.NAME, what OCI tools read). Owners are numbers,
// never names.
class TarWriter {
 public:
  explicit TarWriter(Sink sink) : sink_(std::move(sink)) {}

  // Bytes of files come from entry.source. Errors: failed, where the source is not what the entry says (size, digest):
  // a damaged store.
  Result<> add(const tree::Entry& entry);
  // A file made here, owned by root.
  Result<> add_file(std::string_view path, std::string_view content, int64_t mtime);
  // A file on disk as it is, owned by root: no digest to check.
  Result<> add_file_from(std::string_view path, const std::filesystem::path& source, int64_t mtime);
  // The two blocks of zeros at the end.
  Result<> finish();

 private:
  Result<> header(const tree::Entry& entry, uint64_t size);
  Result<> copy(const std::filesystem::path& source, uint64_t size, const std::string& digest, const std::string& path);
  Result<> pad(uint64_t size);
  Sink sink_;
};

// All of the tree in its order, and the end.
Result<> write_tar(const tree::Tree& tree, Sink sink);

}  // namespace cooper::image

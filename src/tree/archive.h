// Reads tar archives of any kind (plain or compressed) as trees: base roots, stage3 files, layers of images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "tree/tree.h"
#include "util/error.h"

namespace cooper::tree {

struct ExtractOptions {
  std::string owner;   // Entry::owner of everything
  bool layer = false;  // an OCI layer: ".wh.NAME" removes NAME, ".wh..wh..opq" all that lower layers have there
  uint64_t max_bytes =
      uint64_t{64} << 30;  // more unpacked bytes than this is an error: no archive may fill the disk by surprise
  uint64_t max_entries = 4'000'000;
  std::function<bool(uint64_t bytes)> progress;  // unpacked bytes so far; false stops with an `interrupted` error
};

// Unpacks below `into` (must exist; empty, but for apply_tar). Files belong to the caller and can be read and written
// by him; no setuid bits, devices, fifos or xattrs on disk: the tree has the truth, owners and modes too. Names with
// ".." are refused. A path below a symlink lands where the link leads within `into`, as in a chroot; nothing is ever
// written elsewhere. The last of equal names wins. Errors: failed, with the archive's name and the entry, for what is
// no tar, truncated, damaged or refused.
Result<Tree> extract_tar(const std::filesystem::path& archive, const std::filesystem::path& into,
                         const ExtractOptions& options = {});
// From a descriptor, read to the end of the archive; `name` is for messages.
Result<Tree> extract_tar(int fd, std::string_view name, const std::filesystem::path& into,
                         const ExtractOptions& options = {});

// The same over what is already in `into` and described by `tree`: layer after layer.
Result<> apply_tar(const std::filesystem::path& archive, const std::filesystem::path& into, Tree& tree,
                   const ExtractOptions& options = {});
Result<> apply_tar(int fd, std::string_view name, const std::filesystem::path& into, Tree& tree,
                   const ExtractOptions& options = {});

}  // namespace cooper::tree

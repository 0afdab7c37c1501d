// A tree: the files of a package, a root or an image as a value (DESIGN: "the image is a value").
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::tree {

enum class EntryKind { directory, file, symlink, hardlink, character_device, block_device, fifo };

// One path of a tree.
struct Entry {
  std::string path;  // "usr/bin/php": relative to the root, no leading or trailing slash; never "" or ".."
  EntryKind kind = EntryKind::file;
  uint32_t mode = 0644;       // permission bits with setuid, setgid and sticky (07777)
  uint32_t uid = 0, gid = 0;  // numeric
  int64_t mtime = 0;          // seconds since 1970
  uint64_t size = 0;          // files: bytes
  std::string digest;         // files: SHA-256, lower-case hex; otherwise ""
  std::string target;         // symlinks: the link's text; hardlinks: the path (as in `path`) of the file it equals
  uint32_t device_major = 0, device_minor = 0;
  std::map<std::string, std::string> xattrs;  // "security.capability" → raw bytes
  std::string owner;             // the package it belongs to ("dev-lang/php-8.2.32"), or "" / "(image)" / "(base)"
  std::filesystem::path source;  // files: where the bytes lie on disk; never part of a digest or of the ledger

  bool operator==(const Entry&) const = default;
};

// Entries sorted by path (byte order of whole path strings), each path once. Parents may be missing in the tree of a
// package.
struct Tree {
  std::vector<Entry> entries;

  void sort();                                     // restores the order; the last of equal paths wins
  const Entry* find(std::string_view path) const;  // binary search
  Entry* find(std::string_view path);
  void put(Entry entry);              // inserts or replaces, keeping the order
  void erase(std::string_view path);  // one path, not what lies below it
  uint64_t total_size() const;        // bytes of all files, hard links counted once
};

// Whether `path` may stand in Entry::path: relative, not empty, no empty, "." or ".." part, no NUL.
bool valid_path(std::string_view path);

// "usr/bin/php" → "usr/bin"; "usr" → "".
std::string_view parent_path(std::string_view path);

// Reads a folder. Digests every file (on several threads where there is much), notes hard links (the first path in
// order is the file), takes modes and xattrs (security.capability and user.* only) from the disk and sets uid and gid
// to 0 (owners come from the ledger), mtime in seconds. Files that their owner may not read are opened for the moment.
// Sockets are left out, as tar does: they mean nothing without their process.
Result<Tree> scan(const std::filesystem::path& root);

// The ledger: one JSON document, stable bytes for equal trees (without `source`).
std::string to_json(const Tree& tree);
// `root` is where the bytes lie: entry.source = root / path.
Result<Tree> from_json(std::string_view text, const std::filesystem::path& root);

// SHA-256 over all that an image would show (not `owner`, `source`).
std::string digest(const Tree& tree);

// Puts the tree on disk below `root` (must exist). Files are hard-linked from their source where `link` (copied where
// that cannot be: another file system, or another mode than the source has), else copied; owners, devices, setuid bits
// and capabilities are set only where `privileged`, else left out. What is there already is replaced, but no folder by
// something else. Every parent must be a real folder: a symlink is never followed, so nothing lands outside `root`.
Result<> materialize(const Tree& tree, const std::filesystem::path& root, bool link, bool privileged);

}  // namespace cooper::tree

// The index of a repository's metadata as one file that is mapped into memory: its format, reading and writing.
//
//   header    fixed size: magic, format version, sizes, checksums
//   tables    folders, ebuilds, eclass versions, eclass files: rows of fixed size, sorted by name where they are
//   searched names     the texts that rows point into records   each ebuild's metadata as lines of KEY=VALUE, and its
//   notes
//
// The tables have one checksum, which is looked at when the file is opened; each record has its own, which is looked at
// when the record is read. So opening reads little of the file, and nothing that was damaged is believed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"

namespace cooper::repository {

using Md5 = std::array<unsigned char, 16>;
std::optional<Md5> md5_of_hex(std::string_view hex);
std::string hex_of_md5(const Md5& md5);

// What tells a file from what it was before: its inode, size and times, mixed. 0: not to be trusted, as the file was so
// young that a later change could have left it as it was.
using Stamp = uint64_t;
constexpr Stamp no_stamp = 0, absent_stamp = 1;

// An eclass with the contents that some metadata were made with.
struct EclassVersion {
  std::string_view name;
  Md5 md5{};
};

struct EclassFile {
  std::string_view path;
  Stamp stamp = no_stamp;
  Md5 md5{};
};

// What the index knows of an ebuild; views into `record`, the file's names or what it was made from.
struct EbuildEntry {
  std::string_view version;
  Stamp ebuild_stamp = no_stamp;   // of the .ebuild file
  Stamp cache_stamp = no_stamp;    // of its entry in metadata/md5-cache
  Md5 md5{};                       // of the .ebuild file
  bool from_cache = false;         // the metadata are those of metadata/md5-cache
  bool failed = false;             // it has none: `text` is the reason
  bool checked = false;            // the program that IndexFile::parser names found its dependency strings legal
  std::vector<uint32_t> eclasses;  // indices of eclass versions
  std::string_view text;           // lines of KEY=VALUE
  std::string_view notes;          // lines of WHERE <tab> WHAT: what was noticed on the way
  // Of an entry of a file: a copy, as somebody may rewrite the file in place once the checksum was found right.
  std::shared_ptr<const std::string> record;
};

struct FolderEntry {
  ebuild::PackageName name;
  Stamp stamp = no_stamp;  // of the package's folder
  uint32_t first_ebuild = 0, ebuilds = 0;
};

// Reads. All methods check what they read: a damaged file gives nothing, never a crash.
class IndexFile {
 public:
  // Nothing where the bytes are not an index of this format, made for `key` and whole.
  static std::optional<IndexFile> open(std::string_view bytes, std::string_view key);

  // Which program found all dependency strings of this index legal.
  uint64_t parser() const { return parser_; }
  size_t folder_count() const { return folders_.count; }
  size_t eclass_version_count() const { return versions_.count; }
  size_t eclass_file_count() const { return files_.count; }
  FolderEntry folder(size_t index) const;
  std::optional<FolderEntry> find(const ebuild::PackageName& name) const;
  // Nothing where the record was damaged.
  std::optional<EbuildEntry> ebuild(size_t index) const;
  EclassVersion eclass_version(size_t index) const;
  EclassFile eclass_file(size_t index) const;
  std::optional<EclassFile> find_eclass_file(std::string_view path) const;

 private:
  struct Table {
    size_t offset = 0, count = 0;
  };
  template <typename Row>
  Row row(const Table& table, size_t index) const;
  std::string_view text(uint64_t offset, uint64_t size) const;

  std::string_view bytes_;
  Table folders_, ebuilds_, versions_, files_;
  size_t names_ = 0, names_size_ = 0, records_ = 0;
  uint64_t parser_ = 0;
};

// Writes. Folders must be added in the order of their names, eclass files in that of their paths.
class IndexBuilder {
 public:
  IndexBuilder();
  ~IndexBuilder();
  IndexBuilder(const IndexBuilder&) = delete;
  IndexBuilder& operator=(const IndexBuilder&) = delete;
  // The number of an eclass version, for EbuildEntry::eclasses.
  uint32_t eclass_version(std::string_view name, const Md5& md5);
  void add_folder(const ebuild::PackageName& name, Stamp stamp);
  void add_ebuild(const EbuildEntry& entry);  // to the folder added last
  void add_eclass_file(const EclassFile& file);
  std::string finish(std::string_view key, uint64_t parser) &&;

 private:
  struct State;
  State* state_;
};

}  // namespace cooper::repository

// The index of one repository while cooper runs: what its file says, and what was learned since.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "repository/index_file.h"
#include "util/error.h"
#include "util/mapped_file.h"

namespace cooper::repository {

// An ebuild as it was just read; what EbuildEntry is for the file, with texts of its own.
struct LearnedEbuild {
  EbuildEntry entry;  // without `eclasses` and the views
  std::string version;
  std::shared_ptr<const std::string> text;
  std::string notes;
  std::vector<std::pair<std::string, Md5>> eclasses;
};

class MetadataIndex {
 public:
  // `key` says what the index depends on as a whole; an index with another key, a damaged one or none is an empty one.
  MetadataIndex(std::filesystem::path file, std::string key);

  const std::optional<IndexFile>& file() const { return file_; }
  // Whether dependency strings that the file calls legal were found so by this very program.
  bool trusts_parser() const { return file_ && file_->parser() == program_; }
  // The stamp of what is there now; no_stamp where it is too young to be told from a later change.
  // `folder`: an open one that `path` is relative to.
  Stamp stamp(const char* path, int folder) const;
  Stamp stamp(const char* path) const;

  // Both are safe from several threads.
  void learn(ebuild::PackageName name, Stamp folder, std::vector<LearnedEbuild> ebuilds);
  void learn_eclass(std::string path, Stamp stamp, const Md5& md5);
  // The package has no ebuild, or is gone.
  void forget(const ebuild::PackageName& name);

  // Writes what was learned, where there is any, over what is on disk now: other processes may have written meanwhile.
  // Packages that are not among `existing`, where given, are dropped. Errors: failed.
  Result<> save(const std::vector<ebuild::PackageName>* existing);

 private:
  struct Folder {
    Stamp stamp = no_stamp;
    std::vector<LearnedEbuild> ebuilds;
    bool gone = false;
  };
  struct EclassStamp {
    Stamp stamp = no_stamp;
    Md5 md5{};
  };
  static void add_learned(IndexBuilder& builder, const ebuild::PackageName& name, const Folder& folder);
  void add_known(IndexBuilder& builder, const IndexFile& file, const FolderEntry& folder) const;
  void add_eclass_files(IndexBuilder& builder, const std::optional<IndexFile>& file) const;
  std::string merged(const std::optional<IndexFile>& file, const std::vector<ebuild::PackageName>* existing) const;

  std::filesystem::path path_;
  std::string key_;
  Stamp program_ = no_stamp;
  int64_t young_after_ = 0;  // nanoseconds since 1970: what changed later is too young
  std::optional<util::MappedFile> mapping_;
  std::optional<IndexFile> file_;
  std::mutex mutex_;
  bool changed_ = false;
  std::map<ebuild::PackageName, Folder> folders_;
  std::map<std::string, EclassStamp, std::less<>> eclasses_;
};

}  // namespace cooper::repository

// The metadata of the ebuilds of one repository: from the index where that is still true, else from metadata/md5-cache,
// else by sourcing.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "repository/metadata_index.h"
#include "repository/metadata_source.h"
#include "repository/repository.h"
#include "util/file.h"

namespace cooper::repository {

// How far a reading goes: to what the index knows and is still so, or to the ebuilds.
enum class Reach { index, disk };

class MetadataReader {
 public:
  // `chain`: the repository and its masters, nearest first.
  MetadataReader(std::filesystem::path root, std::string name, std::vector<const Repository*> chain,
                 OpenOptions options);

  // The ebuilds of a package, in the order of their file names, with the metadata of those that have any. What is wrong
  // with them is added to `problems`. Nothing where `reach` does not go far enough.
  std::optional<std::vector<std::unique_ptr<Package>>> read_folder(const ebuild::PackageName& name, Reach reach,
                                                                   std::vector<Problem>& problems);
  // Keeps what was learned, and ends the processes that it was learned by; nothing may be read meanwhile. Errors:
  // failed.
  Result<> save(const std::vector<ebuild::PackageName>* existing);

 private:
  // Ends the processes of the old one, and removes their folders.
  void renew_source();

  // An ebuild's metadata as text, and what the index is to know of it.
  struct Knowledge {
    LearnedEbuild learned;  // what has its eclasses in the entry is from the index
    std::string_view text;  // of learned.text, or of learned.entry.record
    bool trusted = false;   // its dependency strings are legal
    bool changed = true;    // the index does not say so yet
    bool keep = true;       // the index may say so
  };
  struct File {
    ebuild::Version version;
    std::optional<EbuildEntry> known;
  };
  std::optional<std::vector<File>> files_from_index(const FolderEntry& folder) const;
  std::string path_of(const ebuild::Cpv& cpv) const;  // of the ebuild
  std::vector<File> files_from_disk(const ebuild::PackageName& name, const std::optional<FolderEntry>& known,
                                    bool& all_named, std::vector<Problem>& problems) const;
  std::unique_ptr<Package> read_ebuild(ebuild::Cpv cpv, Knowledge& knowledge, std::vector<Problem>& problems) const;
  // Nothing where the ebuild would have to be read and `reach` is not that far.
  std::optional<Knowledge> know(const ebuild::Cpv& cpv, const std::optional<EbuildEntry>& known, Reach reach);
  Knowledge from_index(const EbuildEntry& known, Stamp ebuild, Stamp cache) const;
  void learn(const ebuild::PackageName& name, const std::optional<FolderEntry>& known, Stamp stamp, bool all_named,
             std::vector<Knowledge> all);
  bool from_cache(const std::string& path, const std::string& md5, Knowledge& out);
  void from_source(const ebuild::Cpv& cpv, const std::string& file, std::string_view text, Knowledge& out);
  void set_text(Knowledge& out, std::string text) const;
  void note_in(Knowledge& out, const std::string& where, const std::string& what) const;

  bool eclasses_hold(const EbuildEntry& entry);
  // A category's folder and that of its md5-cache, open: looking at files from there is quicker than by whole paths.
  struct CategoryFolders {
    util::Fd ebuilds, cache;
  };
  const CategoryFolders& folders_of(const std::string& category);
  // The MD5 of an eclass as it is now; nothing where there is none.
  std::optional<Md5> eclass_md5(std::string_view name);

  std::filesystem::path root_;
  std::vector<const Repository*> chain_;
  OpenOptions options_;
  std::unique_ptr<MetadataIndex> index_;                 // null: nothing is kept
  std::vector<std::atomic<signed char>> eclass_states_;  // of the index's eclass versions: 0 unknown, 1 true, -1 not
  std::mutex categories_mutex_;
  std::unordered_map<std::string, CategoryFolders> categories_;
  std::shared_mutex eclass_mutex_;
  std::map<std::string, std::optional<Md5>, std::less<>> eclasses_;
  std::unique_ptr<MetadataSource> source_;  // null: ebuilds are not sourced
};

}  // namespace cooper::repository

// The image while it is being put together: entries by path, with what the passes ask of a root file system.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tree/elf.h"
#include "tree/tree.h"
#include "util/error.h"
#include "util/file.h"

namespace cooper::image {

// Finds the entry at an exact path, or nullptr.
using Lookup = std::function<const tree::Entry*(std::string_view path)>;

// Where `path` (absolute or relative to the root) leads when every symlink of its parents is followed, and of itself
// where `follow_last`;
// ".." never leads above the root. nullopt for loops. What does not exist is taken as it is written.
std::optional<std::string> resolve_path(const Lookup& lookup, std::string_view path, bool follow_last);

// A symlink's target as a path from the root, without following anything: "usr/lib/a" → "../b" is "usr/b".
std::string lexical_target(std::string_view link, std::string_view target);
// The relative text that leads from the folder of `link` to `path`.
std::string relative_target(std::string_view link, std::string_view path);

class Draft {
 public:
  // Files that passes make get their bytes below `scratch`, and every entry this time at most.
  Draft(std::filesystem::path scratch, int64_t time) : scratch_(std::move(scratch)), time_(time) {}

  std::map<std::string, tree::Entry, std::less<>> entries;
  std::map<std::string, tree::ElfFacts, std::less<>> elf;  // of the ELF files among them, by path

  const tree::Entry* find(std::string_view path) const;
  Lookup lookup() const {
    return [this](std::string_view path) { return find(path); };
  }
  // Where an entry of that name lies: the parents' links followed. A loop gives the path itself.
  std::string place(std::string_view path) const;
  // The entry that opening the path gives, all links followed; nullptr where there is none.
  const tree::Entry* open(std::string_view path) const;
  // The content of the file that opening the path gives.
  Result<std::optional<std::string>> read(std::string_view path) const;

  // Puts the entry at place(entry.path) over what is there; missing parents become folders of `owner` "(image)" or the
  // given one. Returns the path. Facts of ELF files are read where `facts` is not given.
  Result<std::string> put(tree::Entry entry, const tree::ElfFacts* facts = nullptr);
  Result<std::string> put_file(std::string_view path, std::string_view content, uint32_t mode = 0644,
                               std::string_view owner = "(image)");
  Result<std::string> put_directory(std::string_view path, uint32_t mode = 0755, std::string_view owner = "(image)");
  Result<std::string> put_symlink(std::string_view path, std::string_view target, std::string_view owner = "(image)");
  // Takes one path away, and what lies below it. Of the hard links to a file that goes, the first becomes the file.
  void erase(const std::string& path);
  // Just these paths.
  void erase(const std::set<std::string, std::less<>>& paths);
  // All entries below a folder, at any depth, in order.
  std::vector<const tree::Entry*> below(std::string_view folder) const;
  // Names directly in a folder.
  std::vector<std::string> names_in(std::string_view folder) const;

  int64_t time() const { return time_; }
  const std::filesystem::path& scratch() const { return scratch_; }
  // The tree: every parent there, times cut off, hard links after their files.
  tree::Tree take();

 private:
  void make_parents(const std::string& path, const std::string& owner);
  std::filesystem::path scratch_;
  int64_t time_;
};

}  // namespace cooper::image

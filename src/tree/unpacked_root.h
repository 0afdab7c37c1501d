// A root that is being unpacked: entries put on disk one by one, in any order, later ones over earlier ones.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tree/tree.h"
#include "util/file.h"

namespace cooper::tree {

// Keeps the ledger and the disk in step. Every path is resolved in the ledger first, symlinks in it within the root,
// and then opened component by component without following links: what an archive says can never lead outside.
class UnpackedRoot {
 public:
  // Continues over what `tree` describes; `layer` makes whiteouts work (paths of this layer are told from lower ones).
  static Result<UnpackedRoot> open(const std::filesystem::path& root, Tree tree, bool layer);

  // Where a name of the archive lies: its parents' symlinks resolved. Errors: refused for ".." and what lies below a
  // file.
  Result<std::string> resolve(std::string_view name) const;

  // Fills in size and digest while `read` gives bytes: the next piece, empty at the end.
  using Reader = std::function<Result<std::string_view>()>;
  Result<> put_file(Entry entry, const Reader& read);
  // All other kinds. A hard link's target must be here already.
  Result<> put(Entry entry);
  // ".wh.NAME" (name is the removed path) and ".wh..wh..opq" (name is the folder), for entries of lower layers only.
  Result<> white_out(const std::string& path);
  Result<> white_out_below(const std::string& folder);

  // The ledger, hard links in order.
  Tree take();

 private:
  Result<int> open_parent(const std::string& path);
  Result<> clear_way(const Entry& entry, int parent, const char* name);
  Result<> remove(const std::string& path);
  void forget(const std::string& path);
  Result<> put_hardlink(Entry entry);
  void record(Entry entry);

  std::filesystem::path root_;
  util::Fd root_fd_, parent_fd_;
  std::string parent_path_;
  bool layer_ = false;
  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, std::set<std::string>> links_;  // file → its hard links
  std::set<std::string> fresh_;                         // paths put since open()
};

}  // namespace cooper::tree

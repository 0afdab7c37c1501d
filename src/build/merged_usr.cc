#include "build/merged_usr.h"

#include <sys/stat.h>

#include <map>

#include <fmt/format.h>

#include "build/paths.h"
#include "util/file.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using tree::Entry;
using tree::EntryKind;

constexpr std::string_view folders[] = {"bin",    "sbin",     "lib",     "lib32",   "lib64",
                                        "libx32", "usr/sbin", "var/run", "var/lock"};

// Where a symlink at `path` leads, as a path of the root; "" for one that leaves it.
std::string lexical_target(std::string_view path, std::string_view target) {
  fs::path full = target.starts_with('/') ? fs::path(target) : "/" / fs::path(path).parent_path() / target;
  std::string normal = full.lexically_normal().string();
  while (normal.ends_with('/')) normal.pop_back();
  return normal.empty() ? normal : normal.substr(1);
}

class Mover {
 public:
  Mover(tree::Tree& tree, fs::path image, const tree::Tree& base) : tree_(tree), image_(std::move(image)) {
    for (std::string_view folder : folders) {
      const Entry *here = tree.find(folder), *there = base.find(folder);
      if (!here || here->kind != EntryKind::directory || !there || there->kind != EntryKind::symlink) continue;
      std::string target(folder);
      for (int i = 0; i < 8 && there && there->kind == EntryKind::symlink; ++i) {
        target = lexical_target(target, there->target);
        there = base.find(target);
      }
      moved_.emplace(folder, std::move(target));
    }
  }

  Result<bool> run() {
    if (moved_.empty()) return false;
    for (Entry& entry : tree_.entries)
      if (std::string path = place(entry.path); path == entry.path)
        stay(std::move(entry));
      else
        leaving_.push_back(std::move(entry));
    for (Entry& entry : leaving_) TRY(move(std::move(entry)));
    for (const auto& [folder, target] : moved_) TRY(util::remove_tree(image_ / folder));
    order_hardlinks();
    tree_.entries.clear();
    for (auto& [path, entry] : staying_) tree_.entries.push_back(std::move(entry));
    return true;
  }

 private:
  // Of several names of one file the first is the file, also in the new order.
  void order_hardlinks() {
    std::map<std::string, std::string> first;  // the name that was the file → the one that is now
    for (auto& [path, entry] : staying_) {
      if (entry.kind != EntryKind::hardlink) continue;
      if (auto found = first.find(entry.target); found != first.end()) entry.target = found->second;
      auto file = staying_.find(entry.target);
      if (entry.target < path || file == staying_.end()) continue;
      first[entry.target] = path;
      std::swap(entry, file->second);
      entry.path = path, entry.source = image_ / path;
      file->second.path = file->first, file->second.target = path;
    }
  }

  std::string place(std::string_view path) const {
    for (const auto& [folder, target] : moved_) {
      if (path == folder) return target;
      if (path != folder && at_or_below(path, folder)) return target + std::string(path.substr(folder.size()));
    }
    return std::string(path);
  }

  void stay(Entry entry) {
    if (entry.kind == EntryKind::hardlink) entry.target = place(entry.target);
    std::string path = entry.path;
    staying_.emplace(std::move(path), std::move(entry));
  }

  bool points_at(const Entry& entry, std::string_view from, const std::string& path) const {
    return entry.kind == EntryKind::symlink && place(lexical_target(from, entry.target)) == path;
  }

  Result<> move(Entry entry) {
    std::string from = entry.path, to = place(from);
    if (entry.kind == EntryKind::hardlink) entry.target = place(entry.target);
    if (points_at(entry, from, to)) return {};
    if (auto there = staying_.find(to); there != staying_.end()) {
      const Entry& other = there->second;
      if (entry.kind == EntryKind::directory && other.kind == EntryKind::directory) return {};
      bool same = entry.kind == other.kind && entry.digest == other.digest && entry.target == other.target;
      if (same && entry.kind != EntryKind::directory) return {};
      if (!points_at(other, to, to))
        return fail(ErrorKind::failed, fmt::format("/{} and /{} are different files", from, to), {},
                    "they are one place where the base root has a link for the folder");
      staying_.erase(there);
      std::error_code ec;
      fs::remove(image_ / to, ec);
    }
    TRY(move_on_disk(entry, from, to));
    entry.path = to;
    if (entry.kind == EntryKind::file) entry.source = image_ / to;
    staying_[to] = std::move(entry);
    return {};
  }

  Result<> move_on_disk(Entry& entry, const std::string& from, const std::string& to) {
    std::error_code ec;
    if (entry.kind == EntryKind::directory) {
      TRY(util::make_directories(image_ / to));
      if (::chmod((image_ / to).c_str(), entry.mode) != 0) return fail_errno("cannot set mode", image_ / to);
      return {};
    }
    if (entry.kind == EntryKind::character_device || entry.kind == EntryKind::block_device) return {};  // ledger only
    TRY(util::make_directories((image_ / to).parent_path()));
    if (entry.kind == EntryKind::symlink && !entry.target.starts_with('/') &&
        entry.target.find("..") != std::string::npos) {
      fs::path target = "/" + place(lexical_target(from, entry.target));
      entry.target = target.lexically_relative(("/" / fs::path(to)).parent_path()).string();
      fs::create_symlink(entry.target, image_ / to, ec);
    } else {
      fs::rename(image_ / from, image_ / to, ec);
    }
    if (ec)
      return fail(ErrorKind::failed, "cannot move a file to where the base root's link leads", image_ / to,
                  ec.message());
    return {};
  }

  tree::Tree& tree_;
  fs::path image_;
  std::map<std::string, std::string> moved_;  // folder → where its link leads
  std::map<std::string, Entry> staying_;
  std::vector<Entry> leaving_;
};

}  // namespace

Result<bool> follow_folder_links(tree::Tree& tree, const fs::path& image, const tree::Tree& base) {
  return Mover(tree, image, base).run();
}

}  // namespace cooper::build

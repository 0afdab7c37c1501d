#include "image/merge.h"

#include <algorithm>

#include <fmt/format.h>

namespace cooper::image {

namespace {

struct FolderLink {
  const char *path, *target;
};
constexpr FolderLink folder_links[] = {
    {"bin", "usr/bin"}, {"sbin", "usr/sbin"}, {"lib", "usr/lib"}, {"lib64", "usr/lib64"}, {"var/run", "../run"}};

const char* kind_name(const tree::Entry& entry) {
  switch (entry.kind) {
    case tree::EntryKind::directory: return "a folder";
    case tree::EntryKind::file: return "a file";
    case tree::EntryKind::symlink: return "a symlink";
    case tree::EntryKind::hardlink: return "a hard link";
    default: return "a device or fifo";
  }
}

// Why two entries cannot both be there; "" where they can.
std::string difference(const tree::Entry& a, const tree::Entry& b) {
  if (a.kind != b.kind) return fmt::format("{} and {}", kind_name(a), kind_name(b));
  if (a.kind == tree::EntryKind::symlink)
    return a.target == b.target ? "" : fmt::format("symlinks to {} and to {}", a.target, b.target);
  if (a.digest != b.digest) return "different contents";
  if (a.target != b.target || a.device_major != b.device_major || a.device_minor != b.device_minor)
    return "different targets";
  if (a.mode != b.mode) return fmt::format("modes {:04o} and {:04o}", a.mode, b.mode);
  if (a.uid != b.uid || a.gid != b.gid) return fmt::format("owners {}:{} and {}:{}", a.uid, a.gid, b.uid, b.gid);
  return a.xattrs == b.xattrs ? "" : "different extended attributes";
}

bool is_usual(const tree::Entry& folder) { return folder.mode == 0755 && folder.uid == 0 && folder.gid == 0; }

bool is_left_out(const tree::Entry& entry) {
  std::string_view name = std::string_view(entry.path).substr(entry.path.rfind('/') + 1);
  if (entry.kind == tree::EntryKind::file && entry.size == 0 && (name == ".keep" || name.starts_with(".keep_")))
    return true;
  return entry.path == "usr/share/info/dir";
}

class Merger {
 public:
  explicit Merger(Draft& draft) : draft_(draft) {}

  Result<> add(const store::BuiltPackage& package) {
    std::map<std::string_view, const tree::ElfFacts*> facts;
    for (const tree::ElfFacts& elf : package.facts.elf) facts[elf.path] = &elf;
    for (const tree::Entry& original : package.tree.entries) {
      if (is_left_out(original)) continue;
      tree::Entry entry = original;
      entry.owner = package.facts.cpv;
      relocate(entry);
      if (entry.kind == tree::EntryKind::symlink &&
          draft_.place("/" + lexical_target(entry.path, entry.target)) == entry.path)
        continue;
      if (const tree::Entry* there = draft_.find(entry.path)) {
        meet(*there, entry);
        continue;
      }
      auto elf = facts.find(original.path);
      // Facts that the build did not note are read here: files that came to be otherwise.
      if (elf != facts.end() || entry.kind != tree::EntryKind::file)
        TRY(draft_.put(std::move(entry), elf != facts.end() ? elf->second : nullptr));
      else
        TRY(draft_.put(std::move(entry)));
    }
    return {};
  }

  Result<> result() const {
    if (collisions_.empty()) return {};
    std::string why;
    for (size_t i = 0; i < std::min<size_t>(collisions_.size(), 20); ++i) why += (i ? "\n" : "") + collisions_[i];
    if (collisions_.size() > 20) why += fmt::format("\n… and {} more", collisions_.size() - 20);
    return fail(ErrorKind::failed, "packages of the image have different files of the same name", {}, why,
                "leave one of the packages out with [root] exclude, or change the flags that make it install the file");
  }

 private:
  // The path as it is in the image. A folder that is a link to a folder there is that folder.
  void relocate(tree::Entry& entry) {
    std::string path = draft_.place(entry.path);
    if (entry.kind == tree::EntryKind::directory)
      if (auto followed = resolve_path(draft_.lookup(), path, true)) path = *followed;
    if (entry.kind == tree::EntryKind::hardlink) entry.target = draft_.place(entry.target);
    if (path == entry.path) return;
    if (entry.kind == tree::EntryKind::symlink && !entry.target.starts_with('/') &&
        entry.target.find("..") != std::string::npos)
      entry.target = relative_target(path, draft_.place(lexical_target(entry.path, entry.target)));
    entry.path = std::move(path);
  }

  void meet(const tree::Entry& there, const tree::Entry& entry) {
    if (there.kind == tree::EntryKind::directory && entry.kind == tree::EntryKind::directory) {
      if (is_usual(there) && !is_usual(entry)) draft_.entries[entry.path] = entry;
      return;
    }
    std::string why = difference(there, entry);
    if (!why.empty())
      collisions_.push_back(fmt::format("/{}: {} and {} ({})", entry.path, there.owner, entry.owner, why));
  }

  Draft& draft_;
  std::vector<std::string> collisions_;
};

}  // namespace

Result<> put_folder_links(Draft& draft) {
  for (const FolderLink& link : folder_links) {
    TRY(draft.put_directory(lexical_target(link.path, link.target)));
    TRY(draft.put_symlink(link.path, link.target));
  }
  return {};
}

Result<> drop_unused_links(Draft& draft) {
  for (const FolderLink& link : folder_links) {
    std::string folder = lexical_target(link.path, link.target);
    if (folder == "run" || !draft.below(folder).empty()) continue;
    draft.erase(folder);
    draft.erase(link.path);
  }
  return {};
}

Result<> merge(Draft& draft, std::span<const store::BuiltPackage* const> packages) {
  Merger merger(draft);
  for (const store::BuiltPackage* package : packages) TRY(merger.add(*package));
  return merger.result();
}

}  // namespace cooper::image

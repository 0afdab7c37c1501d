#include "image/draft.h"

#include <algorithm>
#include <set>

#include "util/hash.h"
#include "util/text.h"

namespace cooper::image {

namespace {

constexpr int most_links = 40;  // as Linux

std::string join(const std::vector<std::string>& parts) { return util::join(parts, "/"); }

// The parts of a path in reverse, to be taken from the end; no empty and no "." ones.
void push_parts(std::vector<std::string>& todo, std::string_view path) {
  std::vector<std::string_view> parts = util::split(path, '/');
  for (auto it = parts.rbegin(); it != parts.rend(); ++it)
    if (!it->empty() && *it != ".") todo.emplace_back(*it);
}

}  // namespace

std::optional<std::string> resolve_path(const Lookup& lookup, std::string_view path, bool follow_last) {
  std::vector<std::string> done, todo;
  push_parts(todo, path);
  for (int links = 0; !todo.empty();) {
    std::string part = std::move(todo.back());
    todo.pop_back();
    if (part == "..") {
      if (!done.empty()) done.pop_back();
      continue;
    }
    done.push_back(std::move(part));
    if (todo.empty() && !follow_last) break;
    const tree::Entry* entry = lookup(join(done));
    if (!entry || entry->kind != tree::EntryKind::symlink) continue;
    if (++links > most_links) return std::nullopt;
    done.pop_back();
    if (entry->target.starts_with('/')) done.clear();
    push_parts(todo, entry->target);
  }
  return join(done);
}

std::string lexical_target(std::string_view link, std::string_view target) {
  std::string full =
      target.starts_with('/') ? std::string(target) : std::string(tree::parent_path(link)) + "/" + std::string(target);
  return *resolve_path([](std::string_view) { return nullptr; }, full, false);
}

std::string relative_target(std::string_view link, std::string_view path) {
  std::vector<std::string_view> from = util::split(tree::parent_path(link), '/'), to = util::split(path, '/');
  if (from.size() == 1 && from[0].empty()) from.clear();
  size_t same = 0;
  while (same < from.size() && same + 1 < to.size() && from[same] == to[same]) ++same;
  std::vector<std::string> parts(from.size() - same, "..");
  for (size_t i = same; i < to.size(); ++i) parts.emplace_back(to[i]);
  return join(parts);
}

const tree::Entry* Draft::find(std::string_view path) const {
  auto found = entries.find(path);
  return found == entries.end() ? nullptr : &found->second;
}

std::string Draft::place(std::string_view path) const {
  std::string_view plain = path.substr(std::min(path.find_first_not_of('/'), path.size()));
  return resolve_path(lookup(), path, false).value_or(std::string(plain));
}

const tree::Entry* Draft::open(std::string_view path) const {
  auto where = resolve_path(lookup(), path, true);
  const tree::Entry* entry = where ? find(*where) : nullptr;
  if (entry && entry->kind == tree::EntryKind::hardlink) return find(entry->target);
  return entry;
}

Result<std::optional<std::string>> Draft::read(std::string_view path) const {
  const tree::Entry* entry = open(path);
  if (!entry || entry->kind != tree::EntryKind::file) return std::nullopt;
  return TRY(util::read_file(entry->source));
}

void Draft::make_parents(const std::string& path, const std::string& owner) {
  for (std::string_view parent = tree::parent_path(path); !parent.empty(); parent = tree::parent_path(parent)) {
    if (entries.contains(parent)) return;
    tree::Entry entry;
    entry.path = parent;
    entry.kind = tree::EntryKind::directory;
    entry.mode = 0755;
    entry.owner = owner;
    entries.emplace(entry.path, std::move(entry));
  }
}

Result<std::string> Draft::put(tree::Entry entry, const tree::ElfFacts* facts) {
  entry.path = place(entry.path);
  if (!tree::valid_path(entry.path)) return fail(ErrorKind::failed, "a path cannot be in an image", entry.path);
  make_parents(entry.path, entry.owner);
  elf.erase(entry.path);
  if (entry.kind == tree::EntryKind::file) {
    std::optional<tree::ElfFacts> read;
    if (facts)
      read = *facts;
    else
      read = TRY(tree::read_elf(entry.source));
    if (read) {
      read->path = entry.path;
      elf.insert_or_assign(entry.path, std::move(*read));
    }
  }
  std::string path = entry.path;
  entries.insert_or_assign(path, std::move(entry));
  return path;
}

Result<std::string> Draft::put_file(std::string_view path, std::string_view content, uint32_t mode,
                                    std::string_view owner) {
  tree::Entry entry;
  entry.path = path;
  entry.mode = mode;
  entry.size = content.size();
  entry.digest = util::hash(util::HashAlgorithm::sha256, content);
  entry.mtime = time_;
  entry.owner = owner;
  entry.source = scratch_ / entry.digest;
  std::error_code ec;
  if (!std::filesystem::exists(entry.source, ec)) TRY(util::write_file(entry.source, content));
  return put(std::move(entry));
}

Result<std::string> Draft::put_directory(std::string_view path, uint32_t mode, std::string_view owner) {
  tree::Entry entry;
  entry.path = path;
  entry.kind = tree::EntryKind::directory;
  entry.mode = mode;
  entry.owner = owner;
  return put(std::move(entry));
}

Result<std::string> Draft::put_symlink(std::string_view path, std::string_view target, std::string_view owner) {
  tree::Entry entry;
  entry.path = path;
  entry.kind = tree::EntryKind::symlink;
  entry.mode = 0777;
  entry.target = target;
  entry.owner = owner;
  return put(std::move(entry));
}

void Draft::erase(const std::string& path) {
  std::set<std::string, std::less<>> paths = {path};
  for (const tree::Entry* entry : below(path)) paths.insert(entry->path);
  erase(paths);
}

void Draft::erase(const std::set<std::string, std::less<>>& paths) {
  std::map<std::string, tree::Entry, std::less<>> files;  // those that go, for the hard links that stay
  std::map<std::string, tree::ElfFacts, std::less<>> facts;
  for (const std::string& path : paths) {
    auto found = entries.find(path);
    if (found == entries.end()) continue;
    if (found->second.kind == tree::EntryKind::file) files.emplace(path, std::move(found->second));
    entries.erase(found);
    if (auto known = elf.extract(path)) facts.insert(std::move(known));
  }
  std::map<std::string, std::string, std::less<>> heirs;  // file that went → its first link
  for (auto& [path, entry] : entries) {
    if (entry.kind != tree::EntryKind::hardlink) continue;
    auto gone = files.find(entry.target);
    if (gone == files.end()) continue;
    auto [heir, first] = heirs.emplace(entry.target, path);
    if (first) {
      std::string owner = std::move(entry.owner);
      entry = gone->second;
      entry.path = path;
      entry.owner = std::move(owner);
      if (auto known = facts.extract(gone->first)) {
        known.mapped().path = known.key() = path;
        elf.insert(std::move(known));
      }
    } else {
      entry.target = heir->second;
    }
  }
}

std::vector<const tree::Entry*> Draft::below(std::string_view folder) const {
  std::string prefix = std::string(folder) + "/";
  std::vector<const tree::Entry*> out;
  for (auto it = entries.lower_bound(prefix); it != entries.end() && it->first.starts_with(prefix); ++it)
    out.push_back(&it->second);
  return out;
}

std::vector<std::string> Draft::names_in(std::string_view folder) const {
  std::vector<std::string> names;
  for (const tree::Entry* entry : below(folder)) {
    std::string_view rest = std::string_view(entry->path).substr(folder.size() + 1);
    if (rest.find('/') == std::string_view::npos) names.emplace_back(rest);
  }
  return names;
}

tree::Tree Draft::take() {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : entries) paths.push_back(path);
  for (const std::string& path : paths) make_parents(path, "(image)");
  // A hard link that sorts before its file changes places with it: readers of tar need the file first.
  std::map<std::string, std::string> moved;
  for (auto& [path, entry] : entries) {
    if (entry.kind != tree::EntryKind::hardlink) continue;
    if (auto now = moved.find(entry.target); now != moved.end()) entry.target = now->second;
    if (entry.target < path) continue;
    tree::Entry& file = entries.at(entry.target);
    std::swap(entry, file);
    std::swap(entry.path, file.path);
    std::swap(entry.owner, file.owner);
    moved[file.path] = path;
    file.target = path;
  }
  tree::Tree tree;
  for (auto& [path, entry] : entries) {
    // Folders come from several packages and change whenever something is put in: their times say nothing.
    entry.mtime = entry.kind == tree::EntryKind::directory ? time_ : std::min(entry.mtime, time_);
    if (entry.mtime == 0 && entry.kind == tree::EntryKind::symlink) entry.mtime = time_;
    if (entry.kind == tree::EntryKind::symlink) entry.mode = 0777;
    tree.entries.push_back(std::move(entry));
  }
  // What is one file has one set of attributes: those of the file.
  for (tree::Entry& entry : tree.entries) {
    if (entry.kind != tree::EntryKind::hardlink) continue;
    const tree::Entry* file = tree.find(entry.target);
    entry.mode = file->mode, entry.uid = file->uid, entry.gid = file->gid, entry.mtime = file->mtime, entry.xattrs = {};
  }
  entries.clear();
  return tree;
}

}  // namespace cooper::image

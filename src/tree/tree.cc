#include "tree/tree.h"

#include <algorithm>

#include "util/hash.h"

namespace cooper::tree {

namespace {

bool before(const Entry& a, const Entry& b) { return a.path < b.path; }

template <typename Entries>
auto lower_bound(Entries& entries, std::string_view path) {
  return std::lower_bound(entries.begin(), entries.end(), path,
                          [](const Entry& entry, std::string_view wanted) { return entry.path < wanted; });
}

void append_number(std::string& out, uint64_t value) {
  for (int i = 0; i < 8; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}

void append_field(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

}  // namespace

bool valid_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (size_t start = 0;;) {
    size_t end = std::min(path.find('/', start), path.size());
    std::string_view part = path.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == path.size()) return true;
    start = end + 1;
  }
}

std::string_view parent_path(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

void Tree::sort() {
  std::stable_sort(entries.begin(), entries.end(), before);
  size_t kept = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size() && entries[i].path == entries[i + 1].path) continue;
    if (kept != i) entries[kept] = std::move(entries[i]);
    ++kept;
  }
  entries.resize(kept);
}

const Entry* Tree::find(std::string_view path) const {
  auto it = lower_bound(entries, path);
  return it != entries.end() && it->path == path ? &*it : nullptr;
}

Entry* Tree::find(std::string_view path) {
  auto it = lower_bound(entries, path);
  return it != entries.end() && it->path == path ? &*it : nullptr;
}

void Tree::put(Entry entry) {
  auto it = lower_bound(entries, entry.path);
  if (it != entries.end() && it->path == entry.path)
    *it = std::move(entry);
  else
    entries.insert(it, std::move(entry));
}

void Tree::erase(std::string_view path) {
  auto it = lower_bound(entries, path);
  if (it != entries.end() && it->path == path) entries.erase(it);
}

uint64_t Tree::total_size() const {
  uint64_t total = 0;
  for (const Entry& entry : entries)
    if (entry.kind == EntryKind::file) total += entry.size;
  return total;
}

std::string digest(const Tree& tree) {
  util::Hasher hasher(util::HashAlgorithm::sha256);
  std::string bytes = "cooper tree 1\n";
  for (const Entry& entry : tree.entries) {
    append_field(bytes, entry.path);
    bytes += static_cast<char>(entry.kind);
    for (uint64_t number :
         {uint64_t{entry.mode}, uint64_t{entry.uid}, uint64_t{entry.gid}, static_cast<uint64_t>(entry.mtime),
          entry.size, uint64_t{entry.device_major}, uint64_t{entry.device_minor}})
      append_number(bytes, number);
    append_field(bytes, entry.digest);
    append_field(bytes, entry.target);
    append_number(bytes, entry.xattrs.size());
    for (const auto& [name, value] : entry.xattrs) {
      append_field(bytes, name);
      append_field(bytes, value);
    }
    if (bytes.size() > (1 << 16)) {
      hasher.update(bytes);
      bytes.clear();
    }
  }
  hasher.update(bytes);
  return hasher.hex();
}

}  // namespace cooper::tree

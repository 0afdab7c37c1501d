#include "tree/unpacked_root.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <vector>

#include "util/hash.h"
#include "util/text.h"

namespace cooper::tree {

namespace {

using util::Fd;

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string join(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty()) path += '/';
  path += name;
  return path;
}

// All keys below a folder: '0' is the byte after '/'.
template <typename Map>
auto range_below(Map& map, const std::string& folder) {
  return std::pair(map.lower_bound(folder + "/"), map.lower_bound(folder + "0"));
}

Result<> write_all(int fd, std::string_view bytes, const std::filesystem::path& shown) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot write file", shown);
    bytes.remove_prefix(n);
  }
  return {};
}

}  // namespace

Result<UnpackedRoot> UnpackedRoot::open(const std::filesystem::path& root, Tree tree, bool layer) {
  UnpackedRoot unpacked;
  unpacked.root_ = root;
  unpacked.layer_ = layer;
  unpacked.root_fd_ = Fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!unpacked.root_fd_) return fail_errno("cannot open folder", root);
  for (Entry& entry : tree.entries) {
    if (entry.kind == EntryKind::hardlink) unpacked.links_[entry.target].insert(entry.path);
    std::string path = entry.path;
    unpacked.entries_.emplace(std::move(path), std::move(entry));
  }
  return unpacked;
}

Result<std::string> UnpackedRoot::resolve(std::string_view name) const {
  std::deque<std::string> rest;
  for (std::string_view part : util::split(name, '/')) {
    if (part == "..") return fail(ErrorKind::failed, "refused a name with '..'", std::string(name));
    if (!part.empty() && part != ".") rest.emplace_back(part);
  }
  if (rest.empty()) return std::string();
  std::string last = std::move(rest.back());
  rest.pop_back();
  std::string at;
  for (int links = 0; !rest.empty();) {
    std::string part = std::move(rest.front());
    rest.pop_front();
    if (part == "..") {
      at = parent_path(at);
      continue;
    }
    std::string next = join(at, part);
    auto it = entries_.find(next);
    if (it == entries_.end() || it->second.kind == EntryKind::directory) {
      at = std::move(next);
      continue;
    }
    if (it->second.kind != EntryKind::symlink)
      return fail(ErrorKind::failed, "refused a name below a file", std::string(name), "/" + next + " is no folder");
    if (++links > 40) return fail(ErrorKind::failed, "refused a name below a loop of symlinks", std::string(name));
    const std::string& target = it->second.target;
    if (target.starts_with('/')) at.clear();
    std::vector<std::string_view> parts = util::split(target, '/');
    for (auto part_of_link = parts.rbegin(); part_of_link != parts.rend(); ++part_of_link)
      if (!part_of_link->empty() && *part_of_link != ".") rest.emplace_front(*part_of_link);
  }
  return join(at, last);
}

// The folder of `path`, made where missing; the last one stays open, because neighbours come in a row.
Result<int> UnpackedRoot::open_parent(const std::string& path) {
  std::string_view folder = parent_path(path);
  if (folder.empty()) return root_fd_.get();
  if (parent_fd_ && folder == parent_path_) return parent_fd_.get();
  Fd at(::fcntl(root_fd_.get(), F_DUPFD_CLOEXEC, 0));
  for (std::string_view part : util::split(folder, '/')) {
    std::string name(part);
    Fd next(::openat(at.get(), name.c_str(), directory_flags));
    if (!next && errno == ENOENT && ::mkdirat(at.get(), name.c_str(), 0755) == 0)
      next = Fd(::openat(at.get(), name.c_str(), directory_flags));
    if (!next) return fail_errno("cannot open folder", root_ / folder);
    at = std::move(next);
  }
  parent_fd_ = std::move(at);
  parent_path_ = folder;
  return parent_fd_.get();
}

// Takes a path out of the ledger. Where other names share its bytes, the first of them becomes the file.
void UnpackedRoot::forget(const std::string& path) {
  auto it = entries_.find(path);
  if (it == entries_.end()) return;
  Entry old = std::move(it->second);
  entries_.erase(it);
  if (old.kind == EntryKind::hardlink) {
    links_[old.target].erase(path);
    return;
  }
  auto shared = links_.find(path);
  if (shared == links_.end()) return;
  std::set<std::string> names = std::move(shared->second);
  links_.erase(shared);
  if (names.empty()) return;
  std::string first = *names.begin();
  names.erase(names.begin());
  old.path = first;
  entries_[first] = std::move(old);
  for (const std::string& name : names) entries_[name].target = first;
  if (!names.empty()) links_[first] = std::move(names);
}

Result<> UnpackedRoot::remove(const std::string& path) {
  int parent = TRY(open_parent(path));
  std::string name = base_name(path);
  if (::unlinkat(parent, name.c_str(), 0) != 0 && errno != ENOENT) {
    if (errno != EISDIR && errno != EPERM) return fail_errno("cannot remove", root_ / path);
    TRY(util::remove_tree(std::filesystem::path("/proc/self/fd") / std::to_string(parent) / name));
  }
  auto [begin, end] = range_below(entries_, path);
  std::vector<std::string> below;
  for (auto it = begin; it != end; ++it) below.push_back(it->first);
  for (const std::string& gone : below) forget(gone);
  forget(path);
  if (parent_path_ == path || parent_path_.starts_with(path + "/")) parent_fd_.reset();
  return {};
}

Result<> UnpackedRoot::clear_way(const Entry& entry, int parent, const char* name) {
  struct stat st;
  if (::fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) return fail_errno("cannot stat file", root_ / entry.path);
    forget(entry.path);  // a device or fifo is in the ledger only
    return {};
  }
  if (entry.kind == EntryKind::directory && S_ISDIR(st.st_mode)) return {};
  return remove(entry.path);
}

void UnpackedRoot::record(Entry entry) {
  if (layer_) fresh_.insert(entry.path);
  std::string path = entry.path;
  entries_.insert_or_assign(std::move(path), std::move(entry));
}

Result<> UnpackedRoot::put_file(Entry entry, const Reader& read) {
  std::string name = base_name(entry.path);
  TRY(clear_way(entry, TRY(open_parent(entry.path)), name.c_str()));
  int parent = TRY(open_parent(entry.path));
  std::filesystem::path shown = root_ / entry.path;
  Fd fd(::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("cannot make file", shown);
  util::Hasher hasher(util::HashAlgorithm::sha256);
  entry.size = 0;
  for (;;) {
    std::string_view bytes = TRY(read());
    if (bytes.empty()) break;
    hasher.update(bytes);
    TRY(write_all(fd.get(), bytes, shown));
    entry.size += bytes.size();
  }
  entry.digest = hasher.hex();
  entry.source = shown;
  struct timespec times[2] = {{0, UTIME_OMIT}, {static_cast<time_t>(entry.mtime), 0}};
  if (::fchmod(fd.get(), (entry.mode & 0777) | 0600) != 0 || ::futimens(fd.get(), times) != 0)
    return fail_errno("cannot set mode and time", shown);
  record(std::move(entry));
  return {};
}

Result<> UnpackedRoot::put_hardlink(Entry entry) {
  std::string target = TRY(resolve(entry.target));
  auto it = entries_.find(target);
  if (it != entries_.end() && it->second.kind == EntryKind::hardlink) it = entries_.find(target = it->second.target);
  if (it == entries_.end() || it->second.kind == EntryKind::directory)
    return fail(ErrorKind::failed, "refused a hard link", entry.path, "its target " + entry.target + " is not there");
  if (target == entry.path) return {};
  if (it->second.kind != EntryKind::file) {  // of a symlink or device: its double means the same
    Entry twin = it->second;
    twin.path = entry.path;
    return put(std::move(twin));
  }
  std::string name = base_name(entry.path);
  Fd from(::fcntl(TRY(open_parent(target)), F_DUPFD_CLOEXEC, 0));
  TRY(clear_way(entry, TRY(open_parent(entry.path)), name.c_str()));
  int parent = TRY(open_parent(entry.path));
  // Clearing the way may have moved the file's name in the ledger, or removed the target itself with a folder above it.
  it = entries_.find(target);
  if (it != entries_.end() && it->second.kind == EntryKind::hardlink) it = entries_.find(it->second.target);
  if (it == entries_.end() || it->second.kind != EntryKind::file)
    return fail(ErrorKind::failed, "refused a hard link", entry.path, "it stands where its target " + target + " was");
  if (::linkat(from.get(), base_name(target).c_str(), parent, name.c_str(), 0) != 0)
    return fail_errno("cannot make hard link to " + target, root_ / entry.path);
  const Entry& file = it->second;
  entry.target = file.path;
  entry.mode = file.mode, entry.uid = file.uid, entry.gid = file.gid, entry.mtime = file.mtime,
  entry.xattrs = file.xattrs;
  links_[file.path].insert(entry.path);
  record(std::move(entry));
  return {};
}

Result<> UnpackedRoot::put(Entry entry) {
  if (entry.kind == EntryKind::hardlink) return put_hardlink(std::move(entry));
  std::string name = base_name(entry.path);
  TRY(clear_way(entry, TRY(open_parent(entry.path)), name.c_str()));
  int parent = TRY(open_parent(entry.path));
  if (entry.kind == EntryKind::directory) {
    unsigned mode = (entry.mode & 01777) | 0700;
    if (::mkdirat(parent, name.c_str(), mode) != 0 && errno != EEXIST)
      return fail_errno("cannot make folder", root_ / entry.path);
    if (::fchmodat(parent, name.c_str(), mode, 0) != 0) return fail_errno("cannot set mode", root_ / entry.path);
  } else if (entry.kind == EntryKind::symlink) {
    if (::symlinkat(entry.target.c_str(), parent, name.c_str()) != 0)
      return fail_errno("cannot make symlink", root_ / entry.path);
  }
  record(std::move(entry));
  return {};
}

Result<> UnpackedRoot::white_out(const std::string& path) {
  if (path.empty() || fresh_.contains(path)) return white_out_below(path);
  auto [begin, end] = range_below(fresh_, path);
  return begin == end ? remove(path) : white_out_below(path);
}

Result<> UnpackedRoot::white_out_below(const std::string& folder) {
  std::vector<std::string> old;
  auto [begin, end] = folder.empty() ? std::pair(entries_.begin(), entries_.end()) : range_below(entries_, folder);
  for (auto it = begin; it != end; ++it)
    if (!fresh_.contains(it->first)) old.push_back(it->first);
  for (auto path = old.rbegin(); path != old.rend(); ++path) {
    auto [first, last] = range_below(fresh_, *path);
    if (first == last) TRY(remove(*path));
  }
  return {};
}

Tree UnpackedRoot::take() {
  for (auto& [path, names] : links_) {
    if (names.empty() || *names.begin() > path) continue;
    std::string first = *names.begin();
    Entry file = entries_.at(path);
    entries_[path].kind = EntryKind::hardlink;
    entries_[path].size = 0;
    entries_[path].digest.clear();
    entries_[path].source.clear();
    file.path = first;
    file.source = root_ / first;
    entries_[first] = std::move(file);
    entries_[path].target = first;
    for (const std::string& name : names)
      if (name != first) entries_[name].target = first;
  }
  Tree tree;
  tree.entries.reserve(entries_.size());
  for (auto& [path, entry] : entries_) tree.entries.push_back(std::move(entry));
  for (Entry& entry : tree.entries)
    if (entry.kind == EntryKind::file) entry.source = root_ / entry.path;
  return tree;
}

}  // namespace cooper::tree

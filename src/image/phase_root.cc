#include "image/phase_root.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <vector>

#include "image/ld_cache.h"
#include "image/libraries.h"
#include "util/file.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;
using tree::EntryKind;

constexpr std::string_view folder_links[] = {"bin", "sbin", "lib", "lib64"};

// What a phase asks for to learn how the system is configured, and no program of the base root needs.
constexpr std::string_view debians_own[] = {"etc/pam.d",       "etc/profile",    "etc/profile.d", "etc/security",
                                            "etc/sgml",        "etc/skel",       "etc/subgid",    "etc/subuid",
                                            "etc/sysctl.conf", "etc/sysctl.d",   "etc/systemd",   "etc/xdg",
                                            "etc/xml",         "usr/share/sgml", "usr/share/xml"};

// Whether links of the root lead the path elsewhere: then it must not be written to on this machine's own disk, and
// what the base root has there cannot be seen.
bool leads_elsewhere(const Draft& root, std::string_view path) { return root.place(path) != path; }

// Lets the image's programs run in phases although the base root's loader may not search where their libraries are
// (build/loader_cache.h does it for builds). Only for the sandbox: the image gets a cache of its own in the end.
Result<> put_loader_cache(const Draft& root, const fs::path& folder) {
  std::vector<tree::CachedLibrary> libraries;
  for (const std::string& place : library_folders(root, {}))
    if (place != "usr/lib") std::ranges::move(cached_libraries(root, place), std::back_inserter(libraries));
  constexpr std::string_view cache = "etc/ld.so.cache";
  if (libraries.empty() || leads_elsewhere(root, cache)) return {};
  TRY(util::make_directories(folder / "etc"));
  return util::write_file(folder / cache, tree::ld_cache(std::move(libraries)));
}

// Overlayfs takes a device 0:0 for "nothing is here", which anybody may make, and a marked folder for all there is.
Result<> hide(const fs::path& path) {
  std::error_code ec;
  if (fs::is_directory(fs::symlink_status(path, ec))) {
    if (::setxattr(path.c_str(), "user.overlay.opaque", "y", 1, 0) != 0) return fail_errno("cannot hide", path);
    return {};
  }
  if (fs::exists(fs::symlink_status(path, ec))) return {};
  TRY(util::make_directories(path.parent_path()));
  if (::mknod(path.c_str(), S_IFCHR, ::makedev(0, 0)) != 0) return fail_errno("cannot hide", path);
  return {};
}

}  // namespace

tree::Tree visible_base(const tree::Tree& base) {
  auto hidden = [](const tree::Entry& entry) {
    return std::ranges::any_of(debians_own, [&](std::string_view path) {
      return entry.path.starts_with(path) && (entry.path.size() == path.size() || entry.path[path.size()] == '/');
    });
  };
  tree::Tree out;
  std::ranges::copy_if(base.entries, std::back_inserter(out.entries), std::not_fn(hidden));
  return out;
}

Draft without_packages(const Draft& draft, std::span<const store::BuiltPackage* const> packages) {
  std::set<std::string_view> owners;
  for (const store::BuiltPackage* package : packages) owners.insert(package->facts.cpv);
  Draft out = draft;
  std::set<std::string, std::less<>> files;
  for (const auto& [path, entry] : draft.entries)
    if (entry.kind != EntryKind::directory && owners.contains(entry.owner)) files.insert(path);
  out.erase(files);
  // From the end, so that a folder comes after what lies in it.
  for (auto entry = draft.entries.rbegin(); entry != draft.entries.rend(); ++entry)
    if (entry->second.kind == EntryKind::directory && owners.contains(entry->second.owner) &&
        out.below(entry->first).empty())
      out.entries.erase(entry->first);
  return out;
}

void add_image_directory(Draft& root, const store::BuiltPackage& package, const tree::Tree& base,
                         std::string_view folder) {
  const std::string prefix = std::string(folder) + "/";
  for (tree::Entry entry : package.tree.entries) {
    entry.path = prefix + entry.path;
    if (entry.kind == EntryKind::hardlink) entry.target = prefix + entry.target;
    std::string path = entry.path;
    root.entries.insert_or_assign(std::move(path), std::move(entry));
  }
  for (std::string_view name : folder_links) {
    const tree::Entry* link = base.find(name);
    if (!link || link->kind != EntryKind::symlink || package.tree.find(name) || !package.tree.find(link->target))
      continue;
    tree::Entry entry = *link;
    entry.path = prefix + std::string(name);
    std::string path = entry.path;
    root.entries.insert_or_assign(std::move(path), std::move(entry));
  }
}

Result<> write_phase_root(const Draft& root, const tree::Tree& base, const fs::path& folder) {
  Draft copy = root;
  // Folders that the base root has in place of a folder link would be hidden by it: the link is left out.
  for (const char* path : {"bin", "sbin", "lib", "lib64", "var/run"}) {
    const tree::Entry* below = base.find(path);
    const tree::Entry* here = copy.find(path);
    if (below && here && below->kind == EntryKind::directory && here->kind == EntryKind::symlink)
      copy.entries.erase(path);
  }
  TRY(util::make_directories(folder));
  TRY(tree::materialize(copy.take(), folder, true, false));
  for (std::string_view path : debians_own)
    if (base.find(path) && !leads_elsewhere(root, path)) TRY(hide(folder / path));
  return put_loader_cache(root, folder);
}

}  // namespace cooper::image

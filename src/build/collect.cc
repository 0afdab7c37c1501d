#include "build/collect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "build/owners.h"
#include "phases/state.h"
#include "util/file.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using tree::Entry;
using tree::EntryKind;

// The ebuild can write to the folder above it. A symlink in its place would bring files of the caller into the package.
Result<> check_image_folder(const fs::path& image) {
  struct stat info;
  if (::lstat(image.c_str(), &info) != 0) return fail_errno("the build removed its image directory", image);
  if (S_ISDIR(info.st_mode)) return {};
  return fail(ErrorKind::failed, "the build put something else in place of its image directory", image,
              S_ISLNK(info.st_mode) ? "a symbolic link" : "not a folder");
}

void settle_entry(Entry& entry, int64_t source_date_epoch) {
  entry.mtime = std::min(entry.mtime, source_date_epoch);
  std::erase_if(entry.xattrs, [](const auto& xattr) { return xattr.first.starts_with("user.overlay."); });
  // Set by the real call in a user namespace: version 3 with the builder's id. An image wants version 2, which names
  // none.
  if (auto cap = entry.xattrs.find("security.capability"); cap != entry.xattrs.end() && cap->second.size() == 24) {
    cap->second.resize(20);
    cap->second[3] = 2;
  }
}

// PMS 13.4.1: a link to a path in the image directory means the path in the root, up to EAPI 8.
Result<> rewrite_symlink(Entry& entry, const fs::path& image, std::string_view image_path,
                         std::vector<std::string>& warnings) {
  std::string_view target = entry.target;
  if (!target.starts_with(image_path) || (target.size() > image_path.size() && target[image_path.size()] != '/'))
    return {};
  std::string rest(target.substr(image_path.size()));
  if (rest.empty()) rest = "/";
  warnings.push_back(fmt::format("/{} linked into the image directory; it links to {} now", entry.path, rest));
  fs::path path = image / entry.path;
  if (::unlink(path.c_str()) != 0 || ::symlink(rest.c_str(), path.c_str()) != 0)
    return fail_errno("cannot rewrite a symbolic link", path);
  entry.target = std::move(rest);
  return {};
}

// Directly in lib*, usr/lib* or opt/*/lib*.
bool is_library_folder(std::string_view folder) {
  std::string_view name = folder.substr(folder.rfind('/') + 1), above = tree::parent_path(folder);
  if (!name.starts_with("lib")) return false;
  return above.empty() || above == "usr" || (above.starts_with("opt/") && tree::parent_path(above) == "opt");
}

// Shared libraries can be executed, archives and libtool files cannot, whatever a Makefile left: as Portage has it.
void settle_library_mode(Entry& entry) {
  if (entry.kind != EntryKind::file || !is_library_folder(tree::parent_path(entry.path))) return;
  std::string_view name = std::string_view(entry.path).substr(entry.path.rfind('/') + 1);
  if (name.ends_with(".a") || name.ends_with(".la")) entry.mode &= ~0111u;
  if ((name.ends_with(".so") || name.find(".so.") != std::string_view::npos) && (entry.mode & 0100) == 0)
    entry.mode |= 0111u;
}

// What programs such as `install -o` in a Makefile gave to somebody. The files may have been renamed since: they are
// found by what they are on the disk.
void apply_given(tree::Tree& tree, const fs::path& image, const std::vector<sandbox::OwnershipChange>& given) {
  if (given.empty()) return;
  using Identity = std::tuple<uint64_t, uint64_t, int64_t, uint32_t>;
  struct Owner {
    uint32_t uid = 0, gid = 0;
  };
  std::map<Identity, Owner> owners;
  for (const sandbox::OwnershipChange& change : given) {
    Owner& owner = owners[{change.device, change.inode, change.born_seconds, change.born_nanoseconds}];
    if (change.uid != sandbox::OwnershipChange::unchanged) owner.uid = change.uid;
    if (change.gid != sandbox::OwnershipChange::unchanged) owner.gid = change.gid;
  }
  for (Entry& entry : tree.entries) {
    if (entry.kind == EntryKind::hardlink) continue;
    struct statx info {};
    if (::statx(AT_FDCWD, (image / entry.path).c_str(), AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &info) != 0)
      continue;
    auto found = owners.find(
        {makedev(info.stx_dev_major, info.stx_dev_minor), info.stx_ino, info.stx_btime.tv_sec, info.stx_btime.tv_nsec});
    if (found == owners.end() || (found->second.uid == 0 && found->second.gid == 0)) continue;
    entry.uid = found->second.uid;
    entry.gid = found->second.gid;
    entry.xattrs.erase("security.capability");  // as the kernel does
  }
}

}  // namespace

Result<tree::Tree> collect_tree(const BuildAction& action, const phases::PackageNames& names, const BuildFolder& folder,
                                const store::BaseRoot& base, const std::vector<sandbox::OwnershipChange>& given,
                                std::vector<std::string>& warnings) {
  TRY(check_image_folder(folder.image()));
  tree::Tree tree = TRY(tree::scan(folder.image()));
  const std::string image_path = phases::work_folder(names) + "/image";
  const bool rewrites = action.eapi.size() == 1 && action.eapi < "9";
  for (Entry& entry : tree.entries) {
    settle_entry(entry, action.source_date_epoch);
    settle_library_mode(entry);
    if (entry.kind == EntryKind::symlink && rewrites) TRY(rewrite_symlink(entry, folder.image(), image_path, warnings));
  }
  apply_given(tree, folder.image(), given);
  if (auto records = TRY(phases::read_left_file(folder.state() / "owners"))) {
    std::vector<fs::path> layers = {folder.image()};  // a package may bring the user that its files belong to
    for (const ActionLayer& layer : action.layers) layers.push_back(layer.root);
    TRY(apply_owners(*records, image_path, read_accounts(base.root, layers), tree));
  }
  for (Entry& entry : tree.entries) {
    entry.owner = action.cpv;
    if (entry.kind == EntryKind::character_device || entry.kind == EntryKind::block_device)
      entry.mtime = action.source_date_epoch;
  }
  return tree;
}

Result<std::vector<tree::ElfFacts>> collect_elf(const tree::Tree& tree) {
  std::vector<tree::ElfFacts> facts;
  for (const Entry& entry : tree.entries) {
    if (entry.kind != EntryKind::file || entry.size < 52) continue;  // an ELF header is no smaller
    auto found = TRY(tree::read_elf(entry.source));
    if (!found) continue;
    found->path = entry.path;
    facts.push_back(std::move(*found));
  }
  return facts;
}

}  // namespace cooper::build

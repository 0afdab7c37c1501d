// Makes a Debian root the same for everybody, and strict: only what builds may rely on stays.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "sandbox/base_sources.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

// Gone with all below. By debian_version, cmake looks for no library in lib64, gives libraries another mode than
// elsewhere, and it and meson install into folders of Debian's own where nothing else is said.
constexpr std::string_view removed_paths[] = {
    "etc/debian_version", "etc/.pwd.lock",     "etc/apt",
    "etc/dpkg",           "etc/group-",        "etc/gshadow",
    "etc/gshadow-",       "etc/hostname",      "etc/machine-id",
    "etc/mtab",           "etc/passwd-",       "etc/resolv.conf",
    "etc/shadow",         "etc/shadow-",       "usr/share/bash-completion",
    "usr/share/bug",      "usr/share/doc",     "usr/share/doc-base",
    "usr/share/info",     "usr/share/lintian", "usr/share/man",
    "usr/share/menu",     "usr/share/zsh",     "var/backups",
    "var/lib/apt",        "var/lib/systemd",
};
// The folder stays, empty.
constexpr std::string_view emptied_paths[] = {
    "dev", "proc", "run", "sys", "tmp", "usr/share/locale", "var/cache", "var/log", "var/tmp",
};

bool below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool useless(std::string_view path) {
  for (std::string_view removed : removed_paths)
    if (path == removed || below(path, removed)) return true;
  for (std::string_view emptied : emptied_paths)
    if (below(path, emptied)) return true;
  // dpkg's memory of what is installed is read by us; nothing else of it is.
  if (below(path, "var/lib/dpkg")) return path != "var/lib/dpkg/status";
  if (path.starts_with("usr/share/cmake-") && path.find("/Help") != std::string_view::npos) return true;
  return path.starts_with("usr/bin/") && path.find("lto-dump") != std::string_view::npos;
}

// The C library, the kernel's headers and the compiler's runtime are what every build may use; another library's
// headers and link names must come from a package that says so.
bool is_foreign_development_file(const tree::Entry& entry) {
  if (entry.kind == tree::EntryKind::directory) return false;
  std::string_view path = entry.path, package = entry.owner;
  if (path.ends_with(".pc")) return true;
  if (!package.ends_with("-dev") && package != "rpcsvc-proto") return false;
  if (package == "libc6-dev" || package == "linux-libc-dev" || package == "libfl-dev") return false;
  if (package.starts_with("libgcc-") || package.starts_with("libstdc++-")) return false;
  return path.starts_with("usr/include/") || path.ends_with(".a") || path.ends_with(".so") || path.ends_with(".la");
}

// path → package, from var/lib/dpkg/info/*.list. Packages still name /bin/x where the merged root has usr/bin/x.
Result<std::map<std::string, std::string, std::less<>>> file_owners(const fs::path& root, const tree::Tree& tree) {
  std::map<std::string, std::string, std::less<>> owners;
  fs::path info = root / "var/lib/dpkg/info";
  for (const std::string& name : TRY(util::list_directory(info))) {
    if (!name.ends_with(".list")) continue;
    std::string package = name.substr(0, name.size() - 5);
    package = package.substr(0, package.find(':'));
    std::string text = TRY(util::read_file(info / name));
    for (std::string_view line : util::lines(text)) {
      if (line.size() < 2 || line == "/.") continue;
      line.remove_prefix(1);
      std::string_view top = line.substr(0, line.find('/'));
      const tree::Entry* entry = tree.find(top);
      std::string path = entry && entry->kind == tree::EntryKind::symlink && top.size() < line.size()
                             ? entry->target + std::string(line.substr(top.size()))
                             : std::string(line);
      owners.emplace(std::move(path), package);
    }
  }
  return owners;
}

Result<> remove_entries(const fs::path& root, tree::Tree& tree, const std::set<std::string, std::less<>>& gone) {
  for (const tree::Entry& entry : tree.entries)
    if (entry.kind == tree::EntryKind::hardlink && !gone.contains(entry.path) && gone.contains(entry.target))
      return fail(ErrorKind::failed, "a file of the base root is a link to one that must go", entry.path, entry.target);
  for (auto path = gone.rbegin(); path != gone.rend(); ++path) {
    std::string full = (root / *path).string();
    if (::unlink(full.c_str()) != 0 && errno != ENOENT && (errno != EISDIR || ::rmdir(full.c_str()) != 0))
      return fail_errno("cannot remove from the base root", full);
  }
  std::erase_if(tree.entries, [&](const tree::Entry& entry) { return gone.contains(entry.path); });
  return {};
}

// Folders of headers that lost all of theirs.
std::set<std::string, std::less<>> empty_header_folders(const tree::Tree& tree,
                                                        const std::set<std::string, std::less<>>& gone) {
  std::set<std::string_view> full;
  std::set<std::string, std::less<>> empty;
  for (auto entry = tree.entries.rbegin(); entry != tree.entries.rend(); ++entry) {
    std::string_view path = entry->path;
    if (!below(path, "usr/include") || gone.contains(path)) continue;
    if (entry->kind == tree::EntryKind::directory && !full.contains(path))
      empty.emplace(path);
    else
      full.insert(path.substr(0, path.rfind('/')));
  }
  return empty;
}

}  // namespace

Result<> tidy_debian_root(const fs::path& root, tree::Tree& tree, int64_t epoch) {
  auto owners = TRY(file_owners(root, tree));
  for (tree::Entry& entry : tree.entries) {
    auto owner = owners.find(entry.path);
    entry.owner = owner == owners.end() ? "(base)" : owner->second;
    entry.mtime = std::min(entry.mtime, epoch);
  }
  std::set<std::string, std::less<>> gone;
  for (const tree::Entry& entry : tree.entries)
    if (useless(entry.path) || is_foreign_development_file(entry)) gone.insert(entry.path);
  gone.merge(empty_header_folders(tree, gone));
  return remove_entries(root, tree, gone);
}

}  // namespace cooper::sandbox

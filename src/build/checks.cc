#include "build/checks.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "build/paths.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Where every build may write: temporary files, and the mount points of the sandbox.
bool may_write(std::string_view path) {
  for (std::string_view folder : {"tmp", "var/tmp", "cooper", "proc", "dev", "run", "usr/tmp"})
    if (at_or_below(path, folder)) return true;
  // Caches that go with the build root: what ldconfig writes, which Makefiles call after installing a library, and
  // fc-list.
  for (std::string_view cache : {"etc/ld.so.cache", "etc/ld.so.cache~", "var/cache/ldconfig", "var/cache/fontconfig"})
    if (at_or_below(path, cache)) return true;
  // An interpreter's own caches change nothing.
  return path.find("/__pycache__") != std::string_view::npos;
}

bool is_folder(const fs::path& path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Folders come into the upper layer whenever something below them does: only new ones count.
Result<> collect_writes(const fs::path& upper, const std::string& path, const std::vector<fs::path>& lower,
                        std::vector<std::string>& found) {
  for (const std::string& name : TRY(util::list_directory(upper / path))) {
    std::string below_path = path.empty() ? name : path + "/" + name;
    if (may_write(below_path)) continue;
    if (!is_folder(upper / below_path)) {
      found.push_back("/" + below_path);
      continue;
    }
    bool known = below_path == "var" || std::any_of(lower.begin(), lower.end(), [&](const fs::path& layer) {
                   return is_folder(layer / below_path);
                 });
    size_t before = found.size();
    TRY(collect_writes(upper, below_path, lower, found));
    if (!known && found.size() == before) found.push_back("/" + below_path + "/");
  }
  return {};
}

constexpr std::array<std::string_view, 4> library_folders = {"usr/lib", "usr/lib64", "lib", "lib64"};

// "$ORIGIN/../lib" of usr/bin/php → "usr/lib"; "/usr/lib/x" → "usr/lib/x".
std::string expand_runpath(std::string_view runpath, std::string_view file) {
  std::string text(runpath);
  std::string origin =
      "/" + std::string(file.substr(0, file.rfind('/') == std::string_view::npos ? 0 : file.rfind('/')));
  for (std::string_view word : {"$ORIGIN", "${ORIGIN}"})
    if (size_t at = text.find(word); at != std::string::npos) text.replace(at, word.size(), origin);
  std::string normal = fs::path(text).lexically_normal().string();
  size_t start = normal.find_first_not_of('/');
  return start == std::string::npos ? std::string() : normal.substr(start);
}

bool layers_have(const tree::ElfFacts& file, const std::string& soname, const std::vector<ActionLayer>& layers) {
  std::vector<std::string> folders(library_folders.begin(), library_folders.end());
  for (const std::string& runpath : file.runpath) folders.push_back(expand_runpath(runpath, file.path));
  struct stat info;
  for (const ActionLayer& layer : layers)
    for (const std::string& folder : folders)
      if (::lstat((layer.root / folder / soname).c_str(), &info) == 0) return true;
  return false;
}

std::string base_package_of(std::string_view soname, const store::BaseRoot& base) {
  for (const tree::Entry& entry : base.tree.entries)
    if (name_of(entry.path) == soname && entry.kind != tree::EntryKind::directory) return entry.owner;
  return {};
}

}  // namespace

Result<std::vector<std::string>> stray_writes(const fs::path& upper, const std::vector<fs::path>& lower) {
  std::vector<std::string> found;
  TRY(collect_writes(upper, {}, lower, found));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> take_announced(std::vector<std::string>& writes, std::string_view announced) {
  std::vector<std::string> places;
  for (std::string_view line : util::lines(announced))
    if (line.starts_with('/')) places.push_back(fs::path(line).lexically_normal().string());
  auto expected = [&](const std::string& write) {
    return std::any_of(places.begin(), places.end(), [&](const std::string& place) {
      return place == "/" || at_or_below(write, place.ends_with('/') ? place.substr(0, place.size() - 1) : place);
    });
  };
  auto rest = std::stable_partition(writes.begin(), writes.end(), std::not_fn(expected));
  std::vector<std::string> taken(std::make_move_iterator(rest), std::make_move_iterator(writes.end()));
  writes.erase(rest, writes.end());
  return taken;
}

std::vector<UndeclaredLibrary> undeclared_libraries(const tree::Tree& tree, const std::vector<tree::ElfFacts>& elf,
                                                    const std::vector<ActionLayer>& layers, const store::BaseRoot& base,
                                                    const sandbox::BaseDescription& description) {
  std::set<std::string_view> own;
  for (const tree::Entry& entry : tree.entries)
    if (entry.kind != tree::EntryKind::directory) own.insert(name_of(entry.path));
  for (const tree::ElfFacts& file : elf)
    if (!file.soname.empty()) own.insert(file.soname);
  std::vector<UndeclaredLibrary> undeclared;
  for (const tree::ElfFacts& file : elf)
    for (const std::string& soname : file.needed) {
      if (own.contains(soname) || description.adoptable.contains(soname) || layers_have(file, soname, layers)) continue;
      undeclared.push_back({file.path, soname, base_package_of(soname, base)});
    }
  return undeclared;
}

}  // namespace cooper::build

#include "image/trim.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "image/glob.h"
#include "util/file.h"

namespace cooper::image {

namespace {

bool is_script(const tree::Entry& entry) {
  util::Fd fd(::open(entry.source.c_str(), O_RDONLY | O_CLOEXEC));
  char magic[2] = {};
  return fd && ::read(fd.get(), magic, 2) == 2 && magic[0] == '#' && magic[1] == '!';
}

// "usr/lib64/x/y" → "x/y"; "" where the path is not below a library folder.
std::string_view in_library_folder(std::string_view path) {
  for (std::string_view folder :
       {"usr/lib/", "usr/lib64/", "usr/lib32/", "usr/libx32/", "usr/local/lib/", "usr/local/lib64/"})
    if (path.starts_with(folder)) return path.substr(folder.size());
  return {};
}

bool starts_with_one_of(std::string_view path, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

// The language or name of a slice's path: "usr/share/locale/hu/LC_MESSAGES/x.mo" → "hu".
std::string_view first_part(std::string_view rest) { return rest.substr(0, rest.find('/')); }

// "hu" takes "hu", "hu_HU", "hu_HU.UTF-8", "hu@x"; "pt_BR" takes "pt_BR…" and "pt", from which it inherits.
bool locale_wanted(std::string_view name, const std::vector<std::string>& wanted) {
  for (std::string_view want : wanted) {
    if (name == want || first_part(name) == "C.utf8") return true;
    if (name.starts_with(want) && std::string_view("_@.-").find(name[want.size()]) != std::string_view::npos)
      return true;
    if (want.starts_with(name) && std::string_view("_@.-").find(want[name.size()]) != std::string_view::npos)
      return true;
  }
  return false;
}

// Folders of time zones: the zone itself, or a folder of them ("Europe").
bool timezone_wanted(std::string_view name, const std::vector<std::string>& wanted) {
  if (name == "UTC" || name == "Etc/UTC" || name == "tzdata.zi" || name.ends_with(".tab")) return true;
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& want) { return name == want || name.starts_with(want + "/"); });
}

// Whether a data slice leaves the path out.
bool sliced_away(std::string_view path, const spec::ImageSpec& spec) {
  auto rest_of = [&](std::initializer_list<std::string_view> prefixes) -> std::string_view {
    for (std::string_view prefix : prefixes)
      if (path.starts_with(prefix) && path.size() > prefix.size()) return path.substr(prefix.size());
    return {};
  };
  if (spec.locales) {
    std::string_view rest = rest_of({"usr/share/locale/", "usr/lib/locale/", "usr/lib64/locale/"});
    if (!rest.empty() && first_part(rest) != "locale.alias" && first_part(rest) != "locale-archive")
      return !locale_wanted(first_part(rest), *spec.locales);
  }
  if (spec.timezones) {
    std::string_view rest = rest_of({"usr/share/zoneinfo/"});
    if (!rest.empty()) return !timezone_wanted(rest, *spec.timezones);
  }
  if (spec.terminfo) {
    std::string_view rest =
        rest_of({"usr/share/terminfo/", "etc/terminfo/", "usr/lib/terminfo/", "usr/lib64/terminfo/"});
    size_t slash = rest.find('/');
    if (slash != std::string_view::npos)
      return std::none_of(spec.terminfo->begin(), spec.terminfo->end(),
                          [&](const std::string& want) { return glob_match(want, rest.substr(slash + 1)); });
  }
  return false;
}

}  // namespace

bool is_removed(std::string_view path, const spec::ImageSpec& spec) {
  return covered_by(spec.remove, path) && !covered_by(spec.keep, path);
}

namespace {

class Trimmer {
 public:
  Trimmer(Draft& draft, const spec::ImageSpec& spec) : draft_(draft), spec_(spec) {}

  TrimReport run() {
    for (const auto& [path, entry] : draft_.entries)
      if (entry.kind != tree::EntryKind::directory && is_trimmed(path, entry)) gone_.insert(path);
    save_targets();
    note_links();
    take_away();
    drop_dangling();
    drop_empty_folders();
    warn_of_idle_patterns();
    return std::move(report_);
  }

 private:
  bool is_trimmed(std::string_view path, const tree::Entry& entry) const {
    if (covered_by(spec_.keep, path)) return false;
    if (covered_by(spec_.remove, path)) return true;
    std::string_view kind = trim_kind(path, entry);
    if (!kind.empty() && std::find(spec_.trim.begin(), spec_.trim.end(), kind) != spec_.trim.end()) return true;
    return sliced_away(path, spec_);
  }

  // Within slices a kept name may be a link to one that is not: "usr/share/zoneinfo/Europe/Zagreb" → "Belgrade".
  void save_targets() {
    for (const auto& [path, entry] : draft_.entries) {
      if (entry.kind != tree::EntryKind::symlink || gone_.contains(path)) continue;
      const tree::Entry* target = draft_.open(path);
      if (target && gone_.contains(target->path) && sliced_away(target->path, spec_) &&
          !covered_by(spec_.remove, target->path))
        gone_.erase(target->path);
    }
  }

  void note_links() {
    for (const auto& [path, entry] : draft_.entries)
      if (entry.kind == tree::EntryKind::symlink && draft_.open(path)) whole_links_.push_back(path);
  }

  void take_away() {
    for (const std::string& path : gone_) {
      const tree::Entry& entry = draft_.entries.at(path);
      if (entry.kind == tree::EntryKind::file) report_.bytes[entry.owner] += entry.size;
    }
    // A file that lives on under a hard link's name is no gain.
    for (const auto& [path, entry] : draft_.entries)
      if (entry.kind == tree::EntryKind::hardlink && !gone_.contains(path) && gone_.contains(entry.target) &&
          saved_.insert(entry.target).second) {
        const tree::Entry& file = draft_.entries.at(entry.target);
        report_.bytes[file.owner] -= file.size;
      }
    draft_.erase(gone_);
  }

  void drop_dangling() {
    std::set<std::string, std::less<>> dangling;
    for (const std::string& path : whole_links_)
      if (draft_.find(path) && !draft_.open(path) && !covered_by(spec_.keep, path)) dangling.insert(path);
    draft_.erase(dangling);
    gone_.merge(dangling);
  }

  void drop_empty_folders() {
    std::set<std::string, std::less<>> folders;
    for (const std::string& path : gone_)
      for (std::string_view parent = tree::parent_path(path); !parent.empty(); parent = tree::parent_path(parent))
        if (!folders.emplace(parent).second) break;
    for (auto it = folders.rbegin(); it != folders.rend(); ++it)
      if (draft_.find(*it) && draft_.find(*it)->kind == tree::EntryKind::directory && draft_.below(*it).empty() &&
          !covered_by(spec_.keep, *it))
        draft_.erase(*it);
    // Folders that only `remove` names go too, though nothing was in them.
    std::set<std::string, std::less<>> named;
    for (const auto& [path, entry] : draft_.entries)
      if (entry.kind == tree::EntryKind::directory && is_removed(path, spec_) && draft_.below(path).empty())
        named.insert(path);
    draft_.erase(named);
    gone_.merge(named);
    gone_.merge(folders);
  }

  void warn_of_idle_patterns() {
    auto warn = [&](const char* key, const std::vector<std::string>& patterns, auto&& paths) {
      for (const std::string& pattern : patterns) {
        std::vector<std::string> one{pattern};
        if (std::none_of(paths.begin(), paths.end(), [&](const auto& path) { return covered_by(one, path); }))
          report_.warnings.push_back(fmt::format("[root] {}: '{}' matches nothing in the image", key, pattern));
      }
    };
    std::vector<std::string_view> kept;
    for (const auto& [path, entry] : draft_.entries) kept.push_back(path);
    warn("remove", spec_.remove, gone_);
    warn("keep", spec_.keep, kept);
  }

  Draft& draft_;
  const spec::ImageSpec& spec_;
  std::set<std::string, std::less<>> gone_, saved_;
  std::vector<std::string> whole_links_;
  TrimReport report_;
};

}  // namespace

std::string_view trim_kind(std::string_view path, const tree::Entry& entry) {
  if (starts_with_one_of(path, {"usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/gtk-doc/",
                                "usr/local/share/doc/", "usr/local/share/man/"}))
    return "docs";
  if (starts_with_one_of(path, {"usr/include/", "usr/local/include/"})) return "headers";
  if (path.starts_with("var/db/pkg/")) return "package-database";
  std::string_view library = in_library_folder(path);
  if (!library.empty()) {
    if (library.ends_with(".a") || library.ends_with(".la")) return "static-libs";
    if (library.ends_with(".o") && library.find('/') == std::string_view::npos)
      return "static-libs";  // crt1.o and its kin
    size_t slash = library.find('/');
    if (slash != std::string_view::npos && library.substr(slash).starts_with("/include/"))
      return "headers";  // glib-2.0/include
    if (starts_with_one_of(library, {"pkgconfig/", "cmake/"})) return "build-tools";
  }
  if (path.ends_with(".m4") ||
      starts_with_one_of(path, {"usr/share/aclocal", "usr/share/pkgconfig/", "usr/share/cmake/"}))
    return "build-tools";
  if (path.starts_with("usr/bin/") && path.ends_with("-config")) {
    bool link = entry.kind == tree::EntryKind::symlink;
    if (link || (entry.kind == tree::EntryKind::file && is_script(entry))) return "build-tools";
  }
  return {};
}

TrimReport trim(Draft& draft, const spec::ImageSpec& spec) { return Trimmer(draft, spec).run(); }

}  // namespace cooper::image

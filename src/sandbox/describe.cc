// What a base root means for builds: tables for Debian, var/db/pkg for Gentoo.
#include "sandbox/base_root.h"

#include <algorithm>

#include "sandbox/debian_packages.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view build_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// "2:3.8.2+dfsg-1+b1" → "3.8.2": no epoch, no Debian revision, no repacking mark, no suffix that is no Gentoo version.
std::string upstream_version(std::string_view version) {
  if (size_t colon = version.find(':'); colon != std::string_view::npos) version.remove_prefix(colon + 1);
  size_t end = version.find_first_not_of("0123456789.");
  version = version.substr(0, end);
  while (version.ends_with('.')) version.remove_suffix(1);
  return std::string(version);
}

// Package → version of what is installed, from dpkg's status file.
std::map<std::string, std::string, std::less<>> debian_versions(std::string_view status) {
  std::map<std::string, std::string, std::less<>> versions;
  std::string package;
  for (std::string_view line : util::lines(status)) {
    if (line.starts_with("Package: "))
      package = util::trim(line.substr(9));
    else if (line.starts_with("Version: "))
      versions[package] = util::trim(line.substr(9));
  }
  return versions;
}

// Folders named by etc/ld.so.conf.d, and the loader's own.
std::vector<std::string> library_paths(const fs::path& root) {
  std::vector<std::string> paths;
  auto add = [&](std::string path) {
    std::error_code ec;
    if (fs::is_directory(root / path.substr(1), ec) && std::find(paths.begin(), paths.end(), path) == paths.end())
      paths.push_back(std::move(path));
  };
  std::error_code ec;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(root / "etc/ld.so.conf.d", ec)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    auto text = util::read_file(file);
    if (!text) continue;
    for (std::string_view line : util::lines(*text))
      if (line = util::trim(line); line.starts_with('/')) add(std::string(line));
  }
  for (const char* path : {"/lib64", "/usr/lib64", "/lib", "/usr/lib"}) add(path);
  return paths;
}

std::string stand_in(const DebianProvision& row, std::string_view version) {
  std::string text = std::string(row.gentoo) + "-" + std::string(version);
  if (row.serves & serves::later) text += " later";
  if (row.serves & serves::posing) text += " posing";
  if (row.serves & serves::programs) text += " programs";
  return text;
}

void add_perl_modules(std::vector<std::string>& provides) {
  for (std::string_view module : debian_perl_modules())
    provides.push_back("virtual/perl-" + std::string(module) + "-0 later");
}

Result<BaseDescription> describe_debian(const store::BaseRoot& base) {
  BaseDescription description;
  description.kind = "debian";
  auto versions = debian_versions(TRY(util::read_file(base.root / "var/lib/dpkg/status")));
  for (const DebianProvision& row : debian_provisions()) {
    auto found = versions.find(row.debian);
    if (found == versions.end()) continue;
    // A virtual's or alternative's version says nothing of the package that serves it: the table's stands.
    bool own = row.gentoo.starts_with("virtual/") || row.gentoo.starts_with("app-alternatives/") ||
               row.debian == "debianutils";
    std::string version = own ? std::string(row.bookworm) : upstream_version(found->second);
    description.provides.push_back(stand_in(row, version));
  }
  if (versions.contains("perl")) add_perl_modules(description.provides);
  description.adopted_packages = adopted_packages();
  for (const AdoptableLibrary& library : debian_adoptable_libraries())
    description.adoptable.emplace(library.soname, library.reason);
  description.library_paths = library_paths(base.root);
  description.environment = {{"PATH", std::string(build_path)}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  return description;
}

// ":SLOT" of an installed package; "" where its database does not say.
std::string slot_suffix(const fs::path& entry) {
  auto text = util::read_file(entry / "SLOT");
  if (!text) return {};
  std::string_view slot = util::trim(*text);
  slot = slot.substr(0, slot.find('/'));
  return slot.empty() ? std::string() : ":" + std::string(slot);
}

// A Gentoo root: each var/db/pkg/CATEGORY/PF is a package that is there, headers and all.
Result<BaseDescription> describe_gentoo(const store::BaseRoot& base) {
  BaseDescription description;
  description.kind = "gentoo";
  fs::path database = base.root / "var/db/pkg";
  for (const std::string& category : TRY(util::list_directory(database))) {
    if (!fs::is_directory(database / category)) continue;
    for (const std::string& package : TRY(util::list_directory(database / category)))
      if (package.front() != '-' && package.front() != '.')
        description.provides.push_back(category + "/" + package + slot_suffix(database / category / package));
  }
  description.adopted_packages = adopted_packages();
  for (const AdoptableLibrary& library : debian_adoptable_libraries())
    description.adoptable.emplace(library.soname, library.reason);
  description.library_paths = library_paths(base.root);
  description.environment = {{"PATH", std::string(build_path)}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  return description;
}

}  // namespace

Result<BaseDescription> describe_base(const store::BaseRoot& base) {
  std::error_code ec;
  if (fs::is_directory(base.root / "var/db/pkg", ec)) return describe_gentoo(base);
  if (fs::exists(base.root / "var/lib/dpkg/status", ec)) return describe_debian(base);
  BaseDescription description;
  description.kind = "unknown";
  for (const AdoptableLibrary& library : debian_adoptable_libraries())
    description.adoptable.emplace(library.soname, library.reason);
  description.library_paths = library_paths(base.root);
  description.environment = {{"PATH", std::string(build_path)}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  return description;
}

std::vector<std::string> adopted_packages() {
  return {"sys-libs/glibc", "virtual/libc", "virtual/libiconv", "virtual/libintl", "sys-devel/gcc"};
}

std::vector<std::string> provides_for(std::string_view from) {
  if (!from.starts_with("debian:")) return {};
  std::string_view suite = from.substr(7);
  bool newer = suite == "trixie" || suite == "forky" || suite == "sid" || suite == "unstable" || suite == "testing";
  std::vector<std::string> provides;
  for (const DebianProvision& row : debian_provisions())
    provides.push_back(stand_in(row, newer ? row.trixie : row.bookworm));
  add_perl_modules(provides);
  return provides;
}

}  // namespace cooper::sandbox

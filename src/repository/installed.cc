#include "repository/installed.h"

#include <algorithm>
#include <utility>

#include "ebuild/names.h"
#include "ebuild/use.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

std::string read_key(const std::string& folder, const char* key) {
  if (folder.empty()) return {};
  auto text = util::read_file(folder + "/" + key);
  return text ? std::string(util::trim(*text)) : std::string();
}

}  // namespace

Result<std::vector<InstalledPackage>> list_installed(const fs::path& root) {
  std::vector<InstalledPackage> out;
  fs::path database = root / "var/db/pkg";
  std::error_code ec;
  if (!fs::is_directory(database, ec)) return out;
  for (const std::string& category : TRY(util::list_directory(database))) {
    if (!ebuild::is_category_name(category)) continue;
    std::string folder = database.native() + "/" + category;
    auto packages = util::list_directory(folder);
    if (!packages && !fs::is_directory(folder, ec)) continue;
    for (const std::string& package : TRY(std::move(packages))) {
      // "-MERGING-…" and "." are no packages; anything else that does not parse is none that an atom could name.
      auto cpv = ebuild::Cpv::parse(category + "/" + package);
      if (cpv) out.push_back({.cpv = std::move(*cpv), .folder = folder + "/" + package});
    }
  }
  auto by_cpv = [](const auto& a, const auto& b) { return a.cpv < b.cpv; };
  // As folders are listed by name, only versions of one package may stand otherwise: mostly there is nothing to sort.
  if (!std::ranges::is_sorted(out, by_cpv)) std::ranges::sort(out, by_cpv);
  return out;
}

void read_slot(InstalledPackage& package) {
  if (package.folder.empty() || std::exchange(package.slot_read, true)) return;
  std::string slot = read_key(package.folder, "SLOT");
  size_t slash = slot.find('/');
  package.slot = slot.substr(0, slash);
  package.subslot = slash == std::string::npos ? package.slot : slot.substr(slash + 1);
  package.repository = read_key(package.folder, "repository");
}

void read_flags(InstalledPackage& package) {
  if (package.folder.empty() || std::exchange(package.flags_read, true)) return;
  std::error_code ec;
  package.flags_known = fs::exists(package.folder + "/USE", ec) || fs::exists(package.folder + "/IUSE", ec);
  for (const char* key : {"IUSE", "IUSE_EFFECTIVE"}) {
    std::string words = read_key(package.folder, key);
    for (std::string_view word : util::words(words))
      package.iuse.emplace(word.substr(word.starts_with('+') || word.starts_with('-')));
  }
  std::string use = read_key(package.folder, "USE");
  for (std::string_view word : util::words(use)) package.use.emplace(word);
}

void read_for(InstalledPackage& package, const ebuild::Atom& atom) {
  if (!atom.slot.empty() || !atom.repository.empty()) read_slot(package);
  if (!atom.use.empty()) read_flags(package);
}

Package as_package(const InstalledPackage& package) {
  MetadataKeys known, keys;
  for (const char* key : {"EAPI", "SLOT", "IUSE", "KEYWORDS"}) known[key] = read_key(package.folder, key);
  if (known["SLOT"].empty()) known["SLOT"] = package.slot.empty() ? "0" : package.slot;
  keys = known;
  constexpr const char* needs[] = {"DEPEND", "BDEPEND", "RDEPEND", "PDEPEND", "IDEPEND"};
  for (const char* key : needs) {
    keys[key] = read_key(package.folder, key);
    std::ranges::replace(keys[key], '\n', ' ');
  }
  auto metadata = metadata_of(keys);
  for (const char* key : needs) {
    if (metadata) break;
    MetadataKeys one = known;  // which of them is it?
    one[key] = keys[key];
    if (!metadata_of(one)) keys.erase(key);
    metadata = metadata_of(keys);
  }
  if (!metadata) metadata = metadata_of({{"SLOT", known["SLOT"]}});
  if (!metadata) metadata = metadata_of({{"SLOT", "0"}});
  return {.cpv = package.cpv, .repository = nullptr, .metadata = *std::move(metadata)};
}

bool satisfies(const InstalledPackage& package, const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent,
               bool programs) {
  bool has_no_slot = package.slot.empty() && (package.folder.empty() || package.slot_read);
  if (package.stand_in || has_no_slot) {
    if (!stands_for(package.stand_in.value_or(ebuild::StandIn{.cpv = package.cpv}), atom, programs)) return false;
  } else {
    std::string repository = package.repository.empty() ? atom.repository : package.repository;
    if (!atom.matches(package.cpv, package.slot + "/" + package.subslot, repository)) return false;
  }
  if (!package.flags_known) return true;
  auto has_flag = [&](std::string_view flag) { return package.iuse.contains(flag); };
  return std::ranges::all_of(ebuild::flag_demands(atom, use_of_dependent), [&](const ebuild::FlagDemand& demand) {
    return ebuild::meets(demand, package.use, has_flag);
  });
}

}  // namespace cooper::repository

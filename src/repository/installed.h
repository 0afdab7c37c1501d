// What is installed in a Gentoo root: var/db/pkg, a folder for each package with a file for each key.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ebuild/atom.h"
#include "ebuild/dependency.h"
#include "ebuild/stand_in.h"
#include "repository/repository.h"
#include "util/error.h"

namespace cooper::repository {

struct InstalledPackage {
  ebuild::Cpv cpv;
  std::string folder;  // its folder of var/db/pkg, or ""
  // What read_slot() and read_flags() fill in:
  bool slot_read = false, flags_read = false;
  std::string slot, subslot, repository;    // "" where it is not known
  bool flags_known = false;                 // false: satisfies every USE dependency
  ebuild::UseSet iuse, use;                 // the flags it has, and those that it was built with
  std::optional<ebuild::StandIn> stand_in;  // where it is no package but something that stands for one
};

// Sorted by name and version, without details. A root without var/db/pkg has nothing installed. Errors: failed, with
// the folder.
Result<std::vector<InstalledPackage>> list_installed(const std::filesystem::path& root);

// Slot and repository, or flags, from its folder; once, and nothing where it has none.
void read_slot(InstalledPackage& package);
void read_flags(InstalledPackage& package);
// What is needed of it to tell whether it satisfies `atom`.
void read_for(InstalledPackage& package, const ebuild::Atom& atom);

// It as an ebuild would be: what it needs, written as it was built. Of a key that cannot be read nothing is taken.
Package as_package(const InstalledPackage& package);

// Whether it satisfies the atom for a dependent with the flags `use_of_dependent`; what is not known counts as met.
// `programs`: only its programs are needed.
bool satisfies(const InstalledPackage& package, const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent,
               bool programs = true);

}  // namespace cooper::repository

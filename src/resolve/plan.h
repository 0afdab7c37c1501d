// The plan: which packages, with which flags, built from what, and why.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "repository/config.h"
#include "repository/installed.h"
#include "repository/repository.h"

namespace cooper::resolve {

// Why something is in the plan: read upwards it is a chain that ends at the request.
struct Reason {
  int parent = -1;   // index into Plan::packages, -1: asked for by the spec
  std::string kind;  // "RDEPEND", "DEPEND", "BDEPEND", "PDEPEND", "IDEPEND", "request", "rebuild", "update"
  // The atom as written there (conditionals resolved). Rebuild: what was built with `parent`; update: whose need it is,
  // where that stays as it is installed.
  std::string requirement;
  std::string choice;  // why this alternative: "leftmost of || ( … )", "highest visible version", …
};

struct PlannedPackage {
  const repository::Package* package = nullptr;
  ebuild::UseSet use;                                           // what is on, USE_EXPAND flags as "python_targets_…"
  repository::FlagStates flags;                                 // every flag of IUSE with its value and origin
  bool in_build_root = false;                                   // needed, also in turn, by some build
  bool in_image = false;                                        // part of the image's runtime closure
  std::vector<int> depend, bdepend, rdepend, pdepend, idepend;  // indices into Plan::packages, each sorted
  // The packages below /: what the build root holds besides the base root: DEPEND, BDEPEND and their runtime closures;
  // sorted.
  std::vector<int> build_closure;
  std::map<std::string, std::string> slot_bindings;  // "dev-libs/icu:=" → "0/72.1"
  std::vector<Reason> reasons;                       // at least one; the first decided
};

// What the base root stands for, build-time only.
struct ProvidedPackage {
  ebuild::Cpv cpv;
  std::string by;  // "base root: cmake 3.25.1"
};

struct Plan {
  std::vector<PlannedPackage> packages;    // in build order: what a package needs to build comes before it
  std::vector<int> requested;              // the packages that the spec names
  std::vector<ProvidedPackage> provided;   // those of the base root that were used
  std::set<ebuild::PackageName> left_out;  // what the image needs of Request::image_provides
  std::vector<std::string> warnings;
  // What the plan was found with, so that it can be left standing where the plan is. Not to be asked any more: its
  // request may be gone.
  std::shared_ptr<const void> universe;
};

// What the configuration would have to say of a package, beyond what it says, so that a plan can hold it.
struct Change {
  const repository::Package* package = nullptr;
  std::map<std::string, bool> use;    // flag → on
  std::string keyword;                // "~amd64", "**", or ""
  std::vector<std::string> licenses;  // to be accepted
  bool unmask = false;
};

// Flags of a package with which it would not need another one, and so end a circle of builds.
struct CycleBreak {
  const repository::Package *package = nullptr, *without = nullptr;
  std::map<std::string, bool> use;  // flag → on
};

// Which dependencies of the targets count where they themselves are left out of the plan (emerge --onlydeps).
struct OnlyDependencies {
  bool runtime = true;   // RDEPEND, PDEPEND and IDEPEND too, not just what they are built with
  bool install = false;  // where not `runtime`: IDEPEND nevertheless
};

// What of the one root's installed packages is looked at anew, as for emerge.
struct Renewal {
  bool everything = false;   // as if nothing were installed (--emptytree)
  bool selective = false;    // what is asked for is built only where something else is installed (--noreplace)
  bool update = false;       // … or a lower version than there is (--update)
  int depth = 0;             // so many steps down from what is asked for (--deep)
  bool new_use = false;      // … or one that was built with other flags, or with flags that are no more (--newuse)
  bool changed_use = false;  // … or one that was built with other flags (--changed-use)
};

struct Request {
  std::vector<ebuild::Atom> targets;
  std::vector<std::string> target_origins;                            // where each was written, for messages
  std::vector<std::shared_ptr<repository::Repository>> repositories;  // highest priority first
  std::shared_ptr<repository::Config> config;
  // What the base root has: satisfies BDEPEND, DEPEND and build closures only.
  std::vector<repository::InstalledPackage> base_provides;
  std::vector<repository::InstalledPackage> image_has;  // what the image has before anything is built
  std::vector<ebuild::Atom> image_provides;             // not built although needed at run time (adopted libc …)
  // Every choice as Portage makes it. Else a dependency without a slot takes a package that the targets name, rather
  // than a higher version in another slot beside it, and builds prefer the image's libraries to the base root's.
  bool like_portage = false;
  // Image and builds share one root, as for `emerge` with ROOT=/.
  bool one_root = false;
  // What the installed packages of that root are there for (@world, @system): these and what they need must go on
  // working, whatever the plan replaces.
  std::vector<ebuild::Atom> kept_for;
  Renewal renewal;
  std::optional<OnlyDependencies> only_dependencies;
  bool test_dependencies = false;  // the targets' dependencies as with USE=test, though they are built without
};

// Errors: no_resolution with the shortest explanation found, usage for atoms that match nothing (nearest name in the
// hint).
Result<Plan> resolve(const Request& request);

}  // namespace cooper::resolve

// Keeping a repository in order: its md5-cache, its Manifests, and what is wrong with it.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "repository/repository.h"
#include "util/error.h"

namespace cooper::repository {

// Reads the metadata of every ebuild on `jobs` threads, so that what follows finds all of it in the caches.
// Errors: interrupted, where `cancel` became true.
Result<> read_all(const Repository& repository, int jobs, const std::atomic<bool>& cancel);

struct CacheReport {
  size_t ebuilds = 0;  // with readable metadata
  size_t written = 0;  // entries that are new or changed
  size_t removed = 0;  // entries whose ebuild is gone
};
// Writes metadata/md5-cache for every ebuild and removes what has no ebuild; call read_all first. Errors: failed.
Result<CacheReport> write_md5_cache(const Repository& repository);

struct ManifestReport {
  bool changed = false;
  std::vector<std::string> added, replaced, removed;  // DIST names
  std::vector<std::string> missing;                   // distfiles with neither a file in `distfiles` nor a line
};
// Writes the Manifest of one package: DIST lines from files in `distfiles`, else the lines that are there; lines that
// no ebuild names go. Thin Manifests hold nothing else; full ones hold EBUILD, AUX and MISC lines too (GLEP 74). An
// empty one is removed.
Result<ManifestReport> write_manifest(const Repository& repository, const ebuild::PackageName& name,
                                      const std::filesystem::path& distfiles);

// Everything that is wrong with a repository beyond problems(): dependencies on packages that are nowhere in the chain,
// flags that IUSE does not declare, unknown architectures, missing licenses, distfiles without a Manifest line,
// profiles that do not load. `base_provides` names what the base root stands for in DEPEND and BDEPEND.
std::vector<Problem> check_repository(const std::shared_ptr<Repository>& repository,
                                      const std::vector<std::shared_ptr<Repository>>& others,
                                      const std::set<ebuild::PackageName>& base_provides = {});

}  // namespace cooper::repository

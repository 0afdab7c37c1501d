// The store: built packages, base roots, distfiles and logs on disk; content-addressed, safe for several processes and
// kill -9.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tree/elf.h"
#include "tree/tree.h"
#include "util/error.h"
#include "util/file.h"

namespace cooper::store {

// What is known of a built package beside its files. Kept as facts.json.
struct PackageFacts {
  std::string cpv;  // "dev-lang/php-8.2.32"
  std::string repository, slot, subslot, eapi, description, homepage, license;
  std::vector<std::string> use, iuse;         // flags on; all flags
  std::vector<std::string> runtime_packages;  // cpv texts of the resolved RDEPEND/PDEPEND
  std::vector<std::string> defined_phases;
  std::vector<tree::ElfFacts> elf;
  std::vector<std::string> distfiles;  // "name sha512"
  std::vector<std::string> warnings;   // QA
  double build_seconds = 0;            // wall time; never part of the output digest
};

struct BuiltPackage {
  std::string key;            // the build key it was made from, hex
  std::string output_digest;  // digest(tree) with the facts that matter: what dependents' keys hold
  tree::Tree tree;            // sources point into the store
  PackageFacts facts;
  std::filesystem::path directory;  // …/packages/KEY; "root" below it is the overlay layer, "environment" the saved
                                    // bash environment for pkg_* phases, "log" the build log (compressed or not)
};

struct BaseRoot {
  std::string id;              // digest(tree): what keys hold
  std::string recipe;          // "debian:bookworm …": what it was made from
  std::filesystem::path root;  // overlay lower layer
  tree::Tree tree;             // owner = the base's own package ("libc6")
};

// Layout below root(): packages/KEY, bases/ID, base-recipes/HASH → ID, distfiles/, debs/, logs/, images/, tmp/, locks/,
// and damaged/ for what was found broken and set aside. A copy of a Store is the same store: copies share the scratch
// session and the lock that keeps collect() of others away. All const methods are safe from several threads.
class Store {
 public:
  // Makes the folders. Errors: failed (not writable …).
  static Result<Store> open(const std::filesystem::path& root);
  // $XDG_CACHE_HOME/cooper, or ~/.cache/cooper.
  static std::filesystem::path default_root();

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path distfiles() const { return root_ / "distfiles"; }
  std::filesystem::path logs() const { return root_ / "logs"; }
  std::filesystem::path images() const { return root_ / "images"; }

  // A scratch folder on the store's file system; what a killed process left there is removed by later runs (its lock is
  // free). It goes with the process even where it is released: what must stay has to be moved out.
  Result<util::TemporaryDirectory> scratch(std::string_view purpose) const;

  bool has_package(std::string_view key) const;
  // nullopt where absent; a damaged one (ledger or facts unreadable, files missing or of another size) is moved to
  // damaged/ and counts as absent. verify() reads every byte.
  Result<std::optional<BuiltPackage>> package(std::string_view key) const;
  // Moves `directory` (holding root/, environment, log) in as packages/KEY with its ledger and facts, durably. If
  // another process was first, its result stays and is returned. `directory` must lie in a scratch folder of this
  // store. On its disk files lose setuid bits and become readable for their owner: the ledger has the truth.
  Result<BuiltPackage> add_package(std::string_view key, const std::filesystem::path& directory, tree::Tree tree,
                                   PackageFacts facts) const;

  Result<std::optional<BaseRoot>> base(std::string_view recipe_hash) const;
  // The root of an id, whatever recipe it came from; nullopt where absent.
  Result<std::optional<BaseRoot>> base_with_id(std::string_view id) const;
  Result<BaseRoot> add_base(std::string_view recipe_hash, std::string_view recipe, const std::filesystem::path& root,
                            tree::Tree tree) const;

  // Held while a package of this key is built, so that two processes do not build the same thing.
  Result<util::FileLock> lock(std::string_view name) const;

  // kind: package, base, distfile, deb, log, image, failed, metadata, damaged or scratch; name: what a user knows it
  // by.
  struct Usage {
    std::string kind, name;
    uint64_t bytes = 0;
    int64_t last_used = 0;
    std::filesystem::path path;
  };
  Result<std::vector<Usage>> usage() const;
  struct Damage {
    std::string what, why;
  };
  Result<std::vector<Damage>> verify() const;  // every digest again
  // Removes what was not used since (seconds since 1970), and all damaged and left-over things; gives the bytes freed.
  // Errors: failed where another process uses the store.
  Result<uint64_t> collect(int64_t unused_since) const;

 private:
  struct Shared;
  Store(std::filesystem::path root, std::shared_ptr<Shared> shared)
      : root_(std::move(root)), shared_(std::move(shared)) {}
  Result<BuiltPackage> load_package(std::string_view key) const;
  Result<BaseRoot> load_base(std::string_view id) const;
  std::filesystem::path root_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace cooper::store

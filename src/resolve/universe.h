// The packages that a search may meet, interned: each ebuild is a number; its flags, visibility and evaluated
// dependencies are worked out once, when first asked for.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ebuild/dependency.h"
#include "repository/config.h"
#include "resolve/plan.h"

namespace cooper::resolve {

using InstanceId = int32_t;  // an ebuild of a repository with its USE flags
constexpr InstanceId no_instance = -1;

enum class DependencyClass { depend, bdepend, rdepend, pdepend, idepend };
inline constexpr DependencyClass all_dependency_classes[] = {DependencyClass::depend, DependencyClass::bdepend,
                                                             DependencyClass::rdepend, DependencyClass::pdepend,
                                                             DependencyClass::idepend};
std::string_view name_of(DependencyClass c);  // "DEPEND", …

// Dependencies with the USE conditionals resolved. Nodes never move: they serve as identities.
struct Dependencies {
  ebuild::DependencyNode depend, bdepend, rdepend, pdepend, idepend;
  const ebuild::DependencyNode& of(DependencyClass c) const;
};

// The known name nearest to a name that does not exist: "dev-lang/php" for "dev-lang/phpp" or "app-lang/php"; or "".
std::string nearest_package(const ebuild::PackageName& name,
                            const std::vector<std::shared_ptr<repository::Repository>>& repositories);

// Whether a repository has the package's folder although none of its ebuilds can be read: what is wrong with them is
// among the repository's problems.
bool is_unreadable(const ebuild::PackageName& name,
                   const std::vector<std::shared_ptr<repository::Repository>>& repositories);

class Universe {
 public:
  // `changes`: to the configuration, as if the user had made them.
  explicit Universe(const Request& request, std::span<const Change> changes = {});

  const repository::Package& package(InstanceId id) const { return *instances_[id].package; }
  std::string text(InstanceId id) const { return package(id).cpv.text(); }
  std::string slot_text(InstanceId id) const;  // "8.2", or "0/72.1" where there is a subslot
  const ebuild::UseSet& use(InstanceId id);
  const repository::FlagStates& flags(InstanceId id);
  const Dependencies& dependencies(InstanceId id);
  const repository::VisibilityReason& visibility(InstanceId id);

  // All ebuilds of a name: highest version first, of equal ones that of the repository with the highest priority.
  const std::vector<InstanceId>& versions(const ebuild::PackageName& name);
  // The visible ones that satisfy an atom of `owner`'s dependencies (no_instance: of the request), in the order of
  // preference.
  const std::vector<InstanceId>& candidates(const ebuild::DependencyNode& leaf, InstanceId owner);
  bool matches(InstanceId id, const ebuild::Atom& atom);  // all but the USE dependencies
  bool has_visible(const ebuild::Atom& atom);             // whether a visible one matches it, flags aside
  bool is_target(InstanceId id);                          // whether one of the request's atoms matches it
  // The first USE dependency that the ebuild does not meet, as text ("[ssl]"), or "".
  struct UseMismatch {
    std::string flag;
    bool wanted = true;
    bool has_flag = true;
    bool can_change = true;  // the user may set it: the package has it and no profile locks it
  };
  std::vector<UseMismatch> use_mismatches(InstanceId id, const ebuild::Atom& atom,
                                          const ebuild::UseSet& use_of_dependent);

  // Whether a package itself needs what it is built with to run: a Python module is for the interpreter that installs
  // it.
  bool runs_with(InstanceId id, const ebuild::PackageName& name);
  // Index into Request::base_provides, or -1. `kind`: of the dependency that the atom stands in.
  int base_provides(const ebuild::DependencyNode& leaf, InstanceId owner, DependencyClass kind);
  const repository::InstalledPackage& base(int index) {
    read_slot(base_.packages[static_cast<size_t>(index)]);
    return base_.packages[static_cast<size_t>(index)];
  }
  // The same package as an instance: its flags and dependencies are those that it was built with.
  InstanceId installed(int base);
  bool is_installed(InstanceId id) const { return instances_[id].installed != nullptr; }
  // What is installed under the name and in the slot of an ebuild, as an index into Request::base_provides; -1:
  // nothing.
  int installed_in_slot_of(InstanceId id);
  // The base root's package that a blocker names, as an index into Request::base_provides; -1: none. What a base root
  // merely stands for is not there to be blocked.
  int base_blocked(const ebuild::DependencyNode& blocker, InstanceId owner);
  bool image_provides(const ebuild::DependencyNode& leaf, InstanceId owner);
  // package.provided: counts as being there in every root.
  bool package_provided(const ebuild::DependencyNode& leaf);
  // The request's atoms as nodes, like those of dependencies.
  const std::vector<ebuild::DependencyNode>& targets() const { return targets_; }
  // Request::kept_for in the same way.
  const std::vector<ebuild::DependencyNode>& kept_for() const { return kept_for_; }
  // An atom of one's own as a node.
  const ebuild::DependencyNode& add_node(ebuild::Atom atom);

  // Dependencies that name packages as they were called before, each a line.
  const std::vector<std::string>& old_names() const { return old_names_; }

  const Request& request() const { return request_; }
  std::string nearest_name(const ebuild::PackageName& name) const {
    return nearest_package(name, request_.repositories);
  }

 private:
  struct Instance {
    const repository::Package* package = nullptr;
    int priority = 0;  // of the repository: 0 is the highest
    std::unique_ptr<repository::VisibilityReason> visibility;
    std::unique_ptr<ebuild::UseSet> use;
    const repository::FlagStates* flags = nullptr;
    std::unique_ptr<repository::FlagStates> changed_flags;
    std::unique_ptr<Dependencies> dependencies;
    std::optional<bool> is_target;
    std::unique_ptr<repository::Package> installed;  // what `package` is, where it is no ebuild
  };
  // What a root has installed, found by name; slots and flags are read when an atom first asks for them.
  struct Installed {
    std::vector<repository::InstalledPackage> packages;
    std::unordered_map<ebuild::PackageName, std::vector<int>, ebuild::PackageNameHash> by_name;  // indices
    void index();
    int find(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent, bool programs,
             bool only_installed = false);
  };
  // What an atom comes to. Worked out once for all dependencies that have the same text, but for those that read the
  // flags of whose dependency they are ("[ssl?]").
  struct AtomFacts {
    std::optional<std::vector<InstanceId>> candidates;
    std::optional<int> base, base_for_programs;
    std::optional<bool> image_provides, package_provided;
  };
  AtomFacts& facts(const ebuild::DependencyNode& leaf);
  const ebuild::UseSet& use_of_owner(InstanceId owner);
  std::vector<InstanceId> find_candidates(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent);
  std::vector<InstanceId> candidates_by_new_name(const ebuild::Atom& atom, InstanceId owner);
  bool find_in_image(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent);
  bool find_provided(const ebuild::Atom& atom) const;
  const Change* change_of(const repository::Package& package) const;

  const Request& request_;
  std::unordered_map<const repository::Package*, const Change*> changes_;
  std::vector<Instance> instances_;
  std::unordered_map<ebuild::PackageName, std::vector<InstanceId>, ebuild::PackageNameHash> by_name_;
  Installed base_, image_;
  std::unordered_map<int, InstanceId> installed_;  // by index into base_
  std::unordered_map<ebuild::PackageName, std::vector<ebuild::Cpv>, ebuild::PackageNameHash> provided_by_name_;
  std::vector<ebuild::DependencyNode> targets_, kept_for_;
  std::deque<ebuild::DependencyNode> more_nodes_;
  std::vector<std::string> old_names_;
  std::deque<AtomFacts> facts_;
  std::unordered_map<const ebuild::DependencyNode*, AtomFacts*> facts_by_leaf_;
  std::unordered_map<std::string_view, AtomFacts*> facts_by_text_;  // the texts are those of leaves
};

}  // namespace cooper::resolve

// The search: turns packages into clauses as they come into view, decides as Portage would prefer, learns from
// conflicts.
//
// A package can be selected in several roots: in the image, and in the roots that builds run in. One variable stands
// for "this package is in that root", one for "this package is built", one for each branch of an "|| ( )" group, and,
// where all share one root, one for "what is installed there stays".
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "resolve/sat.h"
#include "resolve/universe.h"

namespace cooper::resolve {

// A root that packages are selected for. All builds share one root first, as they would on one build host: that gives
// the fewest packages. Where that has no solution, each build gets a root of its own. A request may also want a single
// root for all, the image.
using Root = int32_t;
constexpr Root image_root = 0, shared_build_root = 1, first_own_root = 2;

enum class RootPolicy { shared, separate, single };

struct VariableMeaning {
  enum class Kind { in_root, built, branch, stays } kind = Kind::in_root;
  Root root = image_root;
  InstanceId instance = no_instance;
  int requirement = -1;  // branch: of which requirement …
  int branch = 0;        // … and which one; stays: index into Request::base_provides
};

// One atom or "|| ( )" group that must hold when its antecedent does.
struct Requirement {
  InstanceId owner = no_instance;  // whose dependency it is; none: the request's
  int target = -1;                 // the request's: index into Request::targets
  DependencyClass kind = DependencyClass::rdepend;
  Root root = image_root;
  Literal antecedent;                            // meaningful where target < 0
  int depth = 0;                                 // steps down from the request, counted as Renewal::depth
  const ebuild::DependencyNode* node = nullptr;  // an atom, or an any_of group
  std::vector<Literal> options;                  // candidates or branches, in the order of the text or preference
  // The base root satisfies it anyway; it is only there to prefer what the image has.
  bool optional = false;
};

// One need of a circle of builds.
struct CycleStep {
  InstanceId from = no_instance, to = no_instance;
  DependencyClass kind = DependencyClass::depend;
  std::set<std::string> fixed_flags;  // of `from`: those that others demand as they are
};

struct ClauseMeaning {
  enum class Kind {
    requirement,
    build,
    one_per_slot,
    blocker,
    base_blocker,
    binding,
    cycle,
    replaced,
    kept
  } kind = Kind::requirement;
  int requirement = -1;  // requirement; blocker: the one that it stands in
  Root root = image_root;
  InstanceId a = no_instance, b = no_instance;  // one_per_slot, blocker: the two
  std::string text;                             // blocker: the atom; the kinds below it: what it says
  std::vector<CycleStep> cycle;                 // cycle
};

// An installed package that is built anew, as another one takes the place of what it was built with.
struct Rebuild {
  InstanceId installed = no_instance, because = no_instance;
  std::string need;                              // "dev-libs/icu:0/72.1="
  const ebuild::DependencyNode* node = nullptr;  // what will do for it
  int requirement = -1;
};

class Search {
 public:
  // `keeps_versions`: what is installed and could be built today is not replaced by a lower version.
  Search(Universe& universe, RootPolicy policy, bool keeps_versions = false);

  // The next assignment that fulfils all clauses. False: there is none (core() says which clauses contradict each
  // other).
  bool solve();
  // Forbids the present assignment (all of `literals` true at once); solve() then looks for the next.
  void forbid(const std::vector<Literal>& literals, ClauseMeaning meaning);
  // At least one of `options` where all of `when` are true.
  void demand(const std::vector<Literal>& when, const std::vector<Literal>& options, ClauseMeaning meaning);

  // Asks for a rebuild wherever `because` is selected; one that is known is only decided again.
  void demand_rebuild(Rebuild rebuild, ClauseMeaning meaning);
  const std::vector<Rebuild>& rebuilds() const { return rebuilds_; }
  // The package that a rebuild which the assignment holds brings, or no_instance.
  InstanceId rebuilt(const Rebuild& rebuild) const;

  Root build_root(InstanceId id) const {
    if (policy_ == RootPolicy::single) return image_root;
    return policy_ == RootPolicy::shared ? shared_build_root : first_own_root + id;
  }
  RootPolicy policy() const { return policy_; }
  // Whether a package's dependencies of that class matter (Request::only_dependencies).
  bool counts(DependencyClass kind, InstanceId id);
  bool selected(Root root, InstanceId id) const;
  Variable in_root(Root root, InstanceId id);
  Variable built(InstanceId id);
  Variable stays(int base);
  // Whether a root has what an atom of `owner`'s dependencies asks for without anything being built.
  bool provided(Root root, const ebuild::DependencyNode& leaf, InstanceId owner, DependencyClass kind);
  // Whether a build takes what the image has of it although the base root would do: what is linked to is built against
  // the image's headers and libraries, and what an interpreter runs is installed by the one that will run it.
  bool prefers_image(const ebuild::DependencyNode& leaf, InstanceId owner, DependencyClass kind);
  // The base root's package that does so, as an index into Request::base_provides; -1: none.
  int base_package(Root root, const ebuild::DependencyNode& leaf, InstanceId owner, DependencyClass kind);
  // Whether the plan puts another package in an installed one's place, other than one that is `owner` itself: what a
  // package replaces may still have served to build it.
  bool is_replaced(int base, InstanceId owner) const { return replacement(base, owner) != no_instance; }
  // That other package.
  InstanceId replacement(int base, InstanceId owner = no_instance) const;
  // Whether the packages selected in `root` (or what provides for it) satisfy the node.
  bool satisfied(const ebuild::DependencyNode& node, InstanceId owner, Root root, DependencyClass kind);
  // The branch of an "|| ( )" that was chosen: the first that is decided and satisfied, else the first satisfied; -1:
  // none.
  int chosen_branch(const ebuild::DependencyNode& group, InstanceId owner, Root root, DependencyClass kind);
  // The literal of a branch that was decided for.
  std::optional<Literal> decided_branch(const ebuild::DependencyNode& group, int branch, Root root) const;
  // Whether a branch was chosen because all of it was there already.
  bool chosen_as_present(const ebuild::DependencyNode& group, int branch, Root root) const;
  // Whether an installed package was chosen to stay as it is.
  bool stays_chosen(int base) const;
  // The package that satisfies an atom in a root, or no_instance: the one that the image has, where one of several is
  // asked for, else the first in order of preference.
  InstanceId satisfier(const ebuild::DependencyNode& leaf, InstanceId owner, Root root);

  Universe& universe() { return universe_; }
  const Solver& solver() const { return solver_; }
  const std::vector<Requirement>& requirements() const { return requirements_; }
  const VariableMeaning& meaning(Variable v) const { return variables_[v]; }
  const ClauseMeaning& clause_meaning(ClauseId id) const { return clauses_[static_cast<size_t>(id)]; }
  std::vector<ClauseId> core() const { return solver_.core(); }

 private:
  // Clauses: encode.cc
  void add_targets();
  void expand(Variable v);
  void add_dependencies(InstanceId id, DependencyClass kind, Root root, Literal antecedent);
  void need(const ebuild::DependencyNode& node, Requirement context);
  void need_atom(Requirement requirement);
  // Renewal: renewal.cc
  void add_options(Requirement& requirement, int installed);
  bool is_to_be_renewed(int base, InstanceId id, int depth);
  bool is_built_with_another(int base, InstanceId id);
  std::vector<InstanceId> libraries_for(InstanceId id, DependencyClass kind, const ebuild::PackageName& name);
  void expand_installed(Variable v);
  void need_any_of(Requirement requirement);
  void block(const Requirement& context);
  void block_base(const Requirement& context);
  void one_per_slot(Root root, InstanceId id);
  void add_requirement(Requirement requirement);
  Variable new_variable(VariableMeaning meaning);
  void add_clause(const std::vector<Literal>& literals, ClauseMeaning meaning);

  // Decisions: search.cc
  bool expand_new();
  Literal next_decision();
  Literal decision_for(const Requirement& requirement);
  Literal decision_for_atom(const Requirement& requirement);
  bool is_asked_for(const Requirement& requirement, InstanceId id);
  void decide(Literal literal);
  bool learn(ClauseId conflict);

  // Choices: choice.cc
  // How well a dependency is met by what is there; lower is better.
  enum class Rank { present, in_image, available, lower /* than what is installed */, unavailable };
  // A way to meet a group, or several groups at once.
  struct Choice {
    Literal option;
    Rank rank = Rank::unavailable;
    std::map<ebuild::PackageName, InstanceId> packages;   // the highest one of each name
    std::set<std::pair<std::string, std::string>> added;  // name and slot of what would come new into the root
  };
  static bool is_virtual(const Requirement& requirement);
  Literal decision_for_virtual(const Requirement& requirement);
  Literal decision_for_any_of(const Requirement& requirement);
  std::vector<const Requirement*> overlapping_groups(const Requirement& requirement);
  Literal decision_for_overlap(const std::vector<const Requirement*>& groups);
  Choice choice_of(Literal option, const ebuild::DependencyNode& branch, const Requirement& requirement);
  void fill(Choice& choice, const ebuild::DependencyNode& node, const Requirement& requirement);
  Rank rank(const ebuild::DependencyNode& node, InstanceId owner, Root root, DependencyClass kind, int depth = 0);
  bool is_lower_than_installed(InstanceId id);
  Rank rank_of_atom(const ebuild::DependencyNode& leaf, InstanceId owner, Root root, DependencyClass kind, int depth);
  void prefer_upgrades(std::vector<Choice>& choices);

  // What waits for a decision, in the order in which it came into view: first the image's atoms, then its "|| ( )"
  // groups (so that they see all that is there for certain), then the same for builds.
  static constexpr size_t queue_count = 4;
  struct Mark {
    std::array<size_t, queue_count> sizes{}, cursors{};
  };

  Universe& universe_;
  RootPolicy policy_;
  bool keeps_versions_;
  Solver solver_;
  std::vector<VariableMeaning> variables_;
  std::unordered_map<uint64_t, Variable> in_root_;
  std::unordered_map<InstanceId, Variable> built_;
  std::unordered_map<int, Variable> stays_;
  std::vector<Requirement> requirements_;
  std::vector<std::vector<int>> requirements_of_;  // by antecedent
  std::vector<bool> has_clauses_;                  // by variable: whether its clauses are there
  std::vector<int> depths_;                        // by variable: the least of those who ask for it
  std::map<std::pair<int, InstanceId>, bool> built_with_another_;
  std::vector<Rebuild> rebuilds_;
  std::map<std::pair<const ebuild::DependencyNode*, Root>, int> group_requirement_;
  std::unordered_map<Variable, Rank> branch_ranks_;  // when it was decided
  std::vector<ClauseMeaning> clauses_;               // by clause; those that were learned mean nothing
  std::array<std::vector<int>, queue_count> queues_;
  std::array<size_t, queue_count> cursors_{};
  std::vector<Mark> marks_;  // by level: the queues when its decision was made
  size_t expanded_ = 0;      // trail entries whose clauses are there
};

}  // namespace cooper::resolve

#include "resolve/explain.h"

#include <algorithm>
#include <deque>
#include <tuple>

#include <fmt/format.h>

#include "resolve/rejection.h"
#include "util/text.h"

namespace cooper::resolve {

namespace {

std::string_view verb(DependencyClass kind) {
  switch (kind) {
    case DependencyClass::rdepend: return "to run";
    case DependencyClass::pdepend: return "beside it";
    case DependencyClass::idepend: return "to be installed";
    default: return "to be built";
  }
}

// Tells a minimal contradiction in the order in which it follows from the request.
class Story {
 public:
  explicit Story(Search& search) : search_(search), universe_(search.universe()) {
    read_core();
    for (int index : starts_) find_dead_ends(index);
  }

  std::vector<CycleStep> cycle() const {
    for (const ClauseMeaning* conflict : conflicts_)
      if (!conflict->cycle.empty()) return conflict->cycle;
    return {};
  }

  std::vector<DeadEnd> dead_ends() const {
    std::vector<DeadEnd> out;
    for (int index : dead_ends_) {
      const Requirement& requirement = search_.requirements()[static_cast<size_t>(index)];
      if (!requirement.node->is_leaf) continue;
      out.push_back({requirement.node->atom, requirement.owner});
    }
    return out;
  }

  Error tell() {
    walk();
    Error error{ErrorKind::no_resolution, what_, where_, {}, {}};
    for (const std::string& line : lines_) error.why += (error.why.empty() ? "" : "\n") + line;
    std::vector<std::string> hints;
    for (std::string& remedy : remedies_)
      if (std::find(hints.begin(), hints.end(), remedy) == hints.end()) hints.push_back(std::move(remedy));
    if (!hints.empty()) error.hint = util::join(hints, "\nor ");
    return error;
  }

 private:
  void read_core() {
    std::vector<ClauseId> ids = search_.core();
    std::vector<std::vector<Literal>> clauses;
    for (ClauseId id : ids) {
      auto literals = search_.solver().clause(id);
      clauses.emplace_back(literals.begin(), literals.end());
    }
    // Finding the smallest contradiction takes a small search for each clause; a very large one is told as it is.
    if (ids.size() <= 600) {
      Variable count = compact(clauses);
      std::vector<ClauseId> kept;
      for (size_t i : minimal_contradiction(clauses, count)) kept.push_back(ids[i]);
      ids = std::move(kept);
    }
    for (ClauseId id : ids) {
      const ClauseMeaning& meaning = search_.clause_meaning(id);
      if (meaning.kind == ClauseMeaning::Kind::requirement) {
        const Requirement& requirement = search_.requirements()[static_cast<size_t>(meaning.requirement)];
        if (requirement.target >= 0)
          starts_.push_back(meaning.requirement);
        else
          by_antecedent_[requirement.antecedent.variable()].push_back(meaning.requirement);
      } else if (meaning.kind == ClauseMeaning::Kind::build) {
        builds_.insert({meaning.root, meaning.a});
      } else {
        conflicts_.push_back(&meaning);
      }
    }
  }

  // Renumbers the variables to as few as are used; returns how many.
  static Variable compact(std::vector<std::vector<Literal>>& clauses) {
    std::map<Variable, Variable> numbers;
    for (auto& clause : clauses)
      for (Literal& l : clause) {
        Variable v = numbers.try_emplace(l.variable(), static_cast<Variable>(numbers.size())).first->second;
        l = l.negated() ? negative(v) : positive(v);
      }
    return static_cast<Variable>(numbers.size());
  }

  // Breadth first from the request along the clauses of the contradiction.
  void walk() {
    // The dead end that the preferred choices lead to first: of several, the one that the user most likely means.
    if (!dead_ends_.empty()) tell_headline(dead_ends_.front());
    std::deque<Variable> open;
    std::set<Variable> seen;
    auto reach = [&](int index) {
      const Requirement& requirement = search_.requirements()[static_cast<size_t>(index)];
      say(requirement, index);
      for (Literal option : requirement.options)
        if (seen.insert(option.variable()).second) open.push_back(option.variable());
    };
    for (int index : starts_) reach(index);
    for (; !open.empty(); open.pop_front()) {
      Variable v = open.front();
      for (int index : by_antecedent_[v]) reach(index);
      const VariableMeaning& meaning = search_.meaning(v);
      if (meaning.kind == VariableMeaning::Kind::in_root && builds_.contains({meaning.root, meaning.instance})) {
        Variable built = search_.built(meaning.instance);
        if (seen.insert(built).second) open.push_back(built);
      }
    }
    name_owners();
    for (const ClauseMeaning* conflict : conflicts_) say(*conflict);
    if (what_.empty()) what_ = "the requirements contradict each other";
    if (where_.empty() && !starts_.empty())
      where_ = origin(search_.requirements()[static_cast<size_t>(starts_[0])].target);
  }

  // What nothing satisfies, in the order in which the preferred choices lead there.
  void find_dead_ends(int index) {
    if (!visited_.insert(index).second) return;
    const Requirement& requirement = search_.requirements()[static_cast<size_t>(index)];
    if (requirement.options.empty()) dead_ends_.push_back(index);
    for (Literal option : likeliest_first(requirement)) {
      std::vector<Variable> follow{option.variable()};
      const VariableMeaning& meaning = search_.meaning(option.variable());
      if (meaning.kind == VariableMeaning::Kind::in_root && builds_.contains({meaning.root, meaning.instance}))
        follow.push_back(search_.built(meaning.instance));
      for (Variable v : follow)
        if (auto next = by_antecedent_.find(v); next != by_antecedent_.end())
          for (int further : next->second) find_dead_ends(further);
    }
  }

  // A branch of packages that are there but for their flags is nearer to an answer than one of masked packages.
  std::vector<Literal> likeliest_first(const Requirement& requirement) {
    std::vector<Literal> options = requirement.options;
    if (requirement.node->is_leaf) return options;
    std::ranges::stable_partition(options, [&](Literal option) {
      const VariableMeaning& meaning = search_.meaning(option.variable());
      const auto& branch = requirement.node->children[static_cast<size_t>(meaning.branch)];
      auto atoms = ebuild::leaves(branch);
      return std::ranges::all_of(atoms, [&](const auto* leaf) { return universe_.has_visible(leaf->atom); });
    });
    return options;
  }

  void tell_headline(int index) {
    const Requirement& requirement = search_.requirements()[static_cast<size_t>(index)];
    what_ = fmt::format("nothing satisfies '{}'", need_text(requirement));
    if (requirement.target < 0)
      what_ += fmt::format(", which {} needs {}", universe_.text(requirement.owner), verb(requirement.kind));
    where_ = requirement.target >= 0 ? origin(requirement.target) : "";
    headline_ = index;
  }

  static std::string need_text(const Requirement& requirement) {
    return requirement.node->is_leaf ? requirement.node->atom->text() : ebuild::to_text(*requirement.node);
  }

  std::string origin(int target) const {
    const auto& origins = universe_.request().target_origins;
    return static_cast<size_t>(target) < origins.size() ? origins[static_cast<size_t>(target)] : "";
  }

  std::string subject(const Requirement& requirement) const {
    if (requirement.target < 0) return universe_.text(requirement.owner);
    std::string place = origin(requirement.target);
    return place.empty() ? "the request" : place;
  }

  void say(const Requirement& requirement, int index) {
    std::string need = need_text(requirement);
    if (requirement.target >= 0) {
      lines_.push_back(fmt::format("{} asks for {}", subject(requirement), need));
    } else {
      // Versions of one package that need the same share a line.
      auto key = std::tuple(universe_.package(requirement.owner).cpv.name.text(), need, requirement.kind);
      auto [entry, fresh] = same_need_.try_emplace(key, lines_.size());
      if (!fresh) {
        auto& owners = owners_[entry->second];
        if (std::find(owners.begin(), owners.end(), requirement.owner) != owners.end()) return;
        owners.push_back(requirement.owner);
      } else {
        owners_[lines_.size()] = {requirement.owner};
        lines_.push_back(fmt::format(" needs {} {} ({})", need, verb(requirement.kind), name_of(requirement.kind)));
      }
      if (!fresh) return;
    }
    if (!requirement.options.empty()) return;
    if (!requirement.node->is_leaf) {
      lines_.push_back("  but the group is empty, which its EAPI counts as not met");
      return;
    }
    Rejection rejection = explain_rejection(universe_, requirement.node->atom, requirement.owner);
    for (const std::string& reason : rejection.reasons) lines_.push_back("  " + reason);
    // What helps the headline first.
    auto place = index == headline_ ? remedies_.begin() : remedies_.end();
    remedies_.insert(place, rejection.remedies.begin(), rejection.remedies.end());
  }

  // The subjects of the lines that several versions share: "a/b-3, a/b-2 and 4 older ones".
  void name_owners() {
    for (const auto& [line, owners] : owners_) {
      std::string names = universe_.text(owners[0]);
      size_t shown = owners.size() > 3 ? 2 : owners.size();
      for (size_t i = 1; i < shown; ++i) names += (i + 1 == owners.size() ? " and " : ", ") + universe_.text(owners[i]);
      if (shown < owners.size()) names += fmt::format(" and {} other versions", owners.size() - shown);
      // "needs" of one, "need" of several
      lines_[line] = names + (owners.size() > 1 ? " need" + lines_[line].substr(6) : lines_[line]);
    }
  }

  void say(const ClauseMeaning& conflict) {
    std::string what, line;
    std::string place = conflict.root == image_root ? "the image" : "one build root";
    switch (conflict.kind) {
      case ClauseMeaning::Kind::one_per_slot: {
        const auto& package = universe_.package(conflict.a);
        what = fmt::format("{} cannot be there in two versions", package.cpv.name.text());
        line = fmt::format("but {} holds only one of {} and {}: both are slot {}", place, universe_.text(conflict.a),
                           universe_.text(conflict.b), package.metadata.slot);
        break;
      }
      case ClauseMeaning::Kind::blocker:
        what = fmt::format("{} and {} exclude each other", universe_.text(conflict.a), universe_.text(conflict.b));
        line = fmt::format("but {} blocks {} ({}), so {} cannot hold both", universe_.text(conflict.a),
                           universe_.text(conflict.b), conflict.text, place);
        break;
      case ClauseMeaning::Kind::base_blocker:
        what = fmt::format("{} cannot be built in this base root", universe_.text(conflict.a));
        line = conflict.text;
        break;
      case ClauseMeaning::Kind::replaced:
        what = fmt::format("{} cannot be there in two ways", universe_.package(conflict.a).cpv.name.text());
        line = conflict.text;
        break;
      case ClauseMeaning::Kind::kept:
        what = fmt::format("{} would break what is installed", universe_.text(conflict.a));
        line = conflict.text;
        break;
      case ClauseMeaning::Kind::cycle:
        what = "these packages need each other to be built";
        line = conflict.text;
        break;
      default: what = "a package would run with another library than it is built against"; line = conflict.text;
    }
    for (std::string_view part : util::split(line, '\n'))
      if (std::find(lines_.begin(), lines_.end(), part) == lines_.end()) lines_.emplace_back(part);
    if (what_.empty()) what_ = what;
  }

  Search& search_;
  Universe& universe_;
  std::vector<int> starts_;  // requirements of the request
  std::map<Variable, std::vector<int>> by_antecedent_;
  std::set<std::pair<Root, InstanceId>> builds_;
  std::vector<const ClauseMeaning*> conflicts_;
  std::string what_, where_;
  int headline_ = -1;
  std::set<int> visited_;
  std::vector<int> dead_ends_;                                                         // indices of requirements
  std::map<std::tuple<std::string, std::string, DependencyClass>, size_t> same_need_;  // → index of its line
  std::map<size_t, std::vector<InstanceId>> owners_;                                   // by line
  std::vector<std::string> lines_, remedies_;
};

}  // namespace

Failure explain_failure(Search& search) {
  Story story(search);
  return {story.tell(), story.dead_ends(), story.cycle()};
}

std::optional<Error> unknown_target(Universe& universe) {
  const Request& request = universe.request();
  for (size_t i = 0; i < request.targets.size(); ++i) {
    const ebuild::Atom& atom = request.targets[i];
    const auto& versions = universe.versions(atom.name);
    std::string where = i < request.target_origins.size() ? request.target_origins[i] : "";
    if (std::any_of(versions.begin(), versions.end(), [&](InstanceId id) { return universe.matches(id, atom); }))
      continue;
    bool may_stay = request.one_root && request.renewal.selective;
    if (may_stay && universe.base_provides(universe.targets()[i], no_instance, DependencyClass::rdepend) >= 0) continue;
    if (!atom.repository.empty() && std::ranges::none_of(request.repositories, [&](const auto& repository) {
          return repository->name() == atom.repository;
        }))
      return Error{ErrorKind::usage, fmt::format("there is no repository '{}'", atom.repository), where,
                   fmt::format("'{}' names it", atom.text()), "there are " + repository_names(request)};
    if (!versions.empty())
      return Error{ErrorKind::usage,
                   fmt::format("no ebuild matches '{}'", atom.text()),
                   where,
                   util::join(explain_rejection(universe, atom, no_instance).reasons, "\n"),
                   {}};
    if (is_unreadable(atom.name, request.repositories))
      return Error{ErrorKind::usage,
                   fmt::format("no ebuild of '{}' can be read", atom.name.text()),
                   where,
                   "searched in: " + repository_names(request),
                   {}};
    std::string nearest = universe.nearest_name(atom.name);
    return Error{ErrorKind::usage, fmt::format("there is no package '{}'", atom.name.text()), where,
                 "searched in: " + repository_names(request),
                 nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest)};
  }
  return std::nullopt;
}

}  // namespace cooper::resolve

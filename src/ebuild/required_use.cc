#include "ebuild/required_use.h"

#include <algorithm>

namespace cooper::ebuild {
namespace {

struct Evaluator {
  const UseSet& use;
  const Eapi& eapi;

  bool leaf_holds(const DependencyNode& leaf) const { return use.contains(leaf.word) != leaf.word_negated; }

  bool is_member(const DependencyNode& child) const {
    return child.is_leaf || child.kind != GroupKind::use_conditional || use.contains(child.flag) != child.negated;
  }

  bool holds(const DependencyNode& node) const {
    if (node.is_leaf) return leaf_holds(node);
    size_t members = 0, holding = 0;
    for (const DependencyNode& child : node.children) {
      if (!is_member(child)) continue;
      ++members;
      if (holds(child)) ++holding;
    }
    switch (node.kind) {
      case GroupKind::all: return holding == members;
      case GroupKind::use_conditional: return !is_member(node) || holding == members;
      case GroupKind::any_of: return members == 0 ? eapi.empty_groups : holding > 0;
      case GroupKind::exactly_one_of: return members == 0 ? eapi.empty_groups : holding == 1;
      case GroupKind::at_most_one_of: return holding <= 1;
    }
    return false;
  }

  // The parts of an all-of list that do not hold. A conditional keeps its condition and loses the children that hold:
  // "soap? ( xml session )" without xml is violated in "soap? ( xml )".
  void collect(const DependencyNode& group, std::vector<DependencyNode>& violated) const {
    for (const DependencyNode& child : group.children) {
      if (holds(child)) continue;
      if (child.is_leaf || (child.kind != GroupKind::all && child.kind != GroupKind::use_conditional)) {
        violated.push_back(child);
      } else if (child.kind == GroupKind::all) {
        collect(child, violated);
      } else {
        DependencyNode part;
        part.kind = child.kind;
        part.flag = child.flag;
        part.negated = child.negated;
        collect(child, part.children);
        violated.push_back(std::move(part));
      }
    }
  }

  std::vector<DependencyNode> violated_parts(const DependencyNode& node) const {
    DependencyNode list;  // so that a node that is no `all` group is looked at itself
    list.children.push_back(node);
    std::vector<DependencyNode> violated;
    collect(list, violated);
    return violated;
  }
};

std::string state(std::string_view flag, bool on) { return std::string(flag) + (on ? " is on" : " is off"); }

// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string reason(const Evaluator& evaluator, const DependencyNode& part);

std::string reason_of_children(const Evaluator& evaluator, const DependencyNode& part) {
  std::vector<std::string> reasons;
  for (const DependencyNode& child : part.children)
    if (!evaluator.holds(child)) reasons.push_back(reason(evaluator, child));
  return enumerate(reasons);
}

// Why a part that does not hold does not.
std::string reason(const Evaluator& evaluator, const DependencyNode& part) {
  if (part.is_leaf) return state(part.word, part.word_negated);
  if (part.kind == GroupKind::all) return reason_of_children(evaluator, part);
  if (part.kind == GroupKind::use_conditional)
    return state(part.flag, !part.negated) + ", but " + reason_of_children(evaluator, part);

  std::vector<std::string> members, holding;
  for (const DependencyNode& child : part.children) {
    if (!evaluator.is_member(child)) continue;
    std::string text = child.is_leaf || child.kind != GroupKind::all ? to_text(child) : "( " + to_text(child) + " )";
    if (evaluator.holds(child)) holding.push_back(text);
    members.push_back(std::move(text));
  }
  if (members.empty())
    return "\"" + to_text(part) + "\" has nothing to choose from, which EAPI " + std::string(evaluator.eapi.name) +
           " counts as not met";
  std::string demand = part.kind == GroupKind::any_of           ? "at least one of "
                       : part.kind == GroupKind::exactly_one_of ? "exactly one of "
                                                                : "at most one of ";
  demand += enumerate(members) + " must hold, but ";
  if (holding.empty()) return demand + "none does";
  return demand + enumerate(holding) + " do";
}

// The flags of a part in the order in which changing them is preferred: conditions last.
void collect_flags(const DependencyNode& part, std::vector<std::string>& flags, std::vector<std::string>& conditions) {
  auto add = [](std::vector<std::string>& list, const std::string& flag) {
    if (std::find(list.begin(), list.end(), flag) == list.end()) list.push_back(flag);
  };
  if (part.is_leaf) return add(flags, part.word);
  for (const DependencyNode& child : part.children) collect_flags(child, flags, conditions);
  if (part.kind == GroupKind::use_conditional) add(conditions, part.flag);
}

struct Mender {
  const DependencyNode& node;
  const Eapi& eapi;
  const std::function<bool(std::string_view)>& may_change;
  UseSet use;
  std::vector<FlagChange> changes = {};

  bool is_changed(std::string_view flag) const {
    return std::any_of(changes.begin(), changes.end(), [&](const FlagChange& change) { return change.flag == flag; });
  }

  void flip(const std::string& flag) {
    if (!use.erase(flag)) use.insert(flag);
  }

  // Every solution changes some flag of the first part that is violated, so only those need trying.
  bool mend(int budget) {
    std::vector<DependencyNode> violated = Evaluator{use, eapi}.violated_parts(node);
    if (violated.empty()) return true;
    if (budget == 0) return false;
    std::vector<std::string> flags, conditions;
    collect_flags(violated.front(), flags, conditions);
    flags.insert(flags.end(), conditions.begin(), conditions.end());
    for (const std::string& flag : flags) {
      if (is_changed(flag) || !may_change(flag)) continue;
      flip(flag);
      changes.push_back({flag, use.contains(flag)});
      if (mend(budget - 1)) return true;
      changes.pop_back();
      flip(flag);
    }
    return false;
  }
};

}  // namespace

bool required_use_holds(const DependencyNode& node, const UseSet& use, const Eapi& eapi) {
  return Evaluator{use, eapi}.holds(node);
}

std::vector<std::string> violated_required_use(const DependencyNode& node, const UseSet& use, const Eapi& eapi) {
  std::vector<std::string> result;
  for (const DependencyNode& part : Evaluator{use, eapi}.violated_parts(node)) result.push_back(to_text(part));
  return result;
}

std::vector<RequiredUseViolation> explain_required_use(const DependencyNode& node, const UseSet& use,
                                                       const Eapi& eapi) {
  Evaluator evaluator{use, eapi};
  std::vector<RequiredUseViolation> result;
  for (const DependencyNode& part : evaluator.violated_parts(node))
    result.push_back({to_text(part), reason(evaluator, part)});
  return result;
}

std::optional<std::vector<FlagChange>> mend_required_use(const DependencyNode& node, const UseSet& use,
                                                         const Eapi& eapi,
                                                         const std::function<bool(std::string_view)>& may_change,
                                                         int most_changes) {
  Mender mender{node, eapi, may_change, use};
  for (int budget = 0; budget <= most_changes; ++budget)
    if (mender.mend(budget)) return std::move(mender.changes);
  return std::nullopt;
}

}  // namespace cooper::ebuild

// REQUIRED_USE (PMS 7.3.4, 8.2): does a set of flags satisfy it, and if not, which parts of it.
#include "ebuild/dependency.h"

namespace cooper::ebuild {
namespace {

struct Evaluator {
  const UseSet& use;
  const Eapi& eapi;

  bool is_member(const DependencyNode& child) const {
    return child.is_leaf || child.kind != GroupKind::use_conditional || use.contains(child.flag) != child.negated;
  }

  bool holds(const DependencyNode& node) const {
    if (node.is_leaf) return use.contains(node.word) != node.word_negated;
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
};

}  // namespace

std::vector<std::string> violated_required_use(const DependencyNode& node, const UseSet& use, const Eapi& eapi) {
  DependencyNode list;  // so that a node that is no `all` group is looked at itself
  list.children.push_back(node);
  std::vector<DependencyNode> violated;
  Evaluator{use, eapi}.collect(list, violated);
  std::vector<std::string> result;
  for (const DependencyNode& part : violated) result.push_back(to_text(part));
  return result;
}

}  // namespace cooper::ebuild

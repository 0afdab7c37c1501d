// What is installed beside the plan goes on working: who of it loses what, and what is done about it. As Portage.
#include <algorithm>

#include <fmt/format.h>

#include "resolve/extract.h"

namespace cooper::resolve {

namespace {

using ebuild::DependencyNode;
using ebuild::GroupKind;

constexpr DependencyClass needed_to_run[] = {DependencyClass::rdepend, DependencyClass::pdepend,
                                             DependencyClass::idepend};

class Dependents {
 public:
  Dependents(Search& search, const Graph& graph) : search_(search), universe_(search.universe()) {
    for (InstanceId id : graph.image)
      if (int base = universe_.installed_in_slot_of(id); base >= 0) replaced_[base] = id;
    if (replaced_.empty()) return;
    for (const DependencyNode& node : universe_.kept_for()) need(node, no_instance, DependencyClass::rdepend);
    for (int base : graph.base_used) add(base);
  }

  // True where something was added to the search.
  bool run() {
    for (size_t i = 0; i < open_.size(); ++i) {  // grows while it is walked
      InstanceId id = universe_.installed(open_[i]);
      for (DependencyClass kind : needed_to_run)
        for (const DependencyNode& node : universe_.dependencies(id).of(kind).children) {
          need(node, id, kind);
          if (!replaced_.contains(open_[i])) look_at(node, id, kind);
        }
    }
    return added_;
  }

 private:
  void add(int base) {
    if (!universe_.base(base).stand_in && known_.insert(base).second) open_.push_back(base);
  }

  int provider(const DependencyNode& leaf, InstanceId owner, DependencyClass kind) {
    return leaf.atom->block == ebuild::Block::none ? universe_.base_provides(leaf, owner, kind) : -1;
  }

  // Whether it was met before the plan. What was not is nobody's fault.
  bool was_met(const DependencyNode& node, InstanceId owner, DependencyClass kind) {
    if (node.is_leaf)
      return node.atom->block != ebuild::Block::none || universe_.package_provided(node) ||
             provider(node, owner, kind) >= 0;
    auto child = [&](const DependencyNode& c) { return was_met(c, owner, kind); };
    bool any = node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of;
    return any ? std::ranges::any_of(node.children, child) : std::ranges::all_of(node.children, child);
  }

  // What is installed for its sake stays, too.
  void need(const DependencyNode& node, InstanceId owner, DependencyClass kind) {
    if (node.is_leaf) {
      if (int base = provider(node, owner, kind); base >= 0) add(base);
      return;
    }
    bool any = node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of;
    for (const DependencyNode& child : node.children)
      if (!any)
        need(child, owner, kind);
      else if (was_met(child, owner, kind))
        return need(child, owner, kind);
  }

  void look_at(const DependencyNode& node, InstanceId owner, DependencyClass kind) {
    std::vector<const DependencyNode*> lost;
    for (const DependencyNode* leaf : ebuild::leaves(node))
      if (replaced_.contains(provider(*leaf, owner, kind)) && !search_.satisfied(*leaf, owner, image_root, kind))
        lost.push_back(leaf);
    if (lost.empty() || !was_met(node, owner, kind) || search_.satisfied(node, owner, image_root, kind)) return;
    for (const DependencyNode* leaf : lost) {
      InstanceId other = replaced_.at(provider(*leaf, owner, kind));
      added_ = true;
      std::string need = leaf->atom->text();
      ClauseMeaning meaning{.kind = ClauseMeaning::Kind::kept,
                            .a = other,
                            .text = fmt::format("but {}, which is installed, needs {}, and {} would take its place",
                                                universe_.text(owner), need, universe_.text(other))};
      // Other versions of `owner` are not looked for, as it asks for these versions whatever it is built with.
      if (leaf->atom->slot_operator != ebuild::SlotOperator::equal)
        return search_.forbid({positive(search_.in_root(image_root, other))}, std::move(meaning));
      search_.demand_rebuild({.installed = owner, .because = other, .need = std::move(need)}, std::move(meaning));
    }
  }

  Search& search_;
  Universe& universe_;
  std::map<int, InstanceId> replaced_;  // index into Request::base_provides → what the plan puts there
  std::vector<int> open_;               // such indices
  std::set<int> known_;
  bool added_ = false;
};

// "!!foo" of a package where foo is installed and stays: nothing takes it away before.
bool forbid_blocked(Search& search, const Graph& graph) {
  Universe& universe = search.universe();
  bool added = false;
  for (InstanceId id : graph.image)
    for (DependencyClass kind :
         {DependencyClass::depend, DependencyClass::bdepend, DependencyClass::rdepend, DependencyClass::pdepend})
      for (const DependencyNode* leaf : ebuild::leaves(universe.dependencies(id).of(kind))) {
        if (leaf->atom->block != ebuild::Block::strong) continue;
        int base = universe.base_blocked(*leaf, id);
        if (base < 0 || search.is_replaced(base, no_instance)) continue;
        added = true;
        search.forbid({positive(search.in_root(image_root, id))},
                      {.kind = ClauseMeaning::Kind::base_blocker,
                       .a = id,
                       .text = fmt::format("but {} blocks {} ({}), which is installed", universe.text(id),
                                           universe.base(base).cpv.text(), leaf->atom->text())});
      }
  return added;
}

}  // namespace

bool break_nothing(Search& search, const Graph& graph) {
  if (search.policy() != RootPolicy::single) return false;
  return forbid_blocked(search, graph) || Dependents(search, graph).run();
}

}  // namespace cooper::resolve

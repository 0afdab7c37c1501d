#include "resolve/extract.h"

#include <algorithm>
#include <deque>
#include <set>
#include <span>

#include <fmt/format.h>

namespace cooper::resolve {

using ebuild::DependencyNode;
using ebuild::GroupKind;

namespace {

constexpr DependencyClass runtime_classes[] = {DependencyClass::rdepend, DependencyClass::pdepend};
constexpr DependencyClass build_classes[] = {DependencyClass::depend, DependencyClass::bdepend};

// Follows the dependency strings as the assignment met them.
class GraphReader {
 public:
  explicit GraphReader(Search& search) : search_(search), universe_(search.universe()) {}

  Graph read() {
    std::deque<InstanceId> open;
    auto find = [&](InstanceId id, Root root) {
      if (graph_.root_of.contains(id)) return;
      graph_.root_of[id] = root;
      graph_.found.push_back(id);
      if (root != image_root) return;
      graph_.image.insert(id);
      open.push_back(id);
    };
    for (size_t i = 0; i < universe_.request().targets.size(); ++i) {
      const DependencyNode& target = universe_.targets()[i];
      if (InstanceId id = search_.satisfier(target, no_instance, image_root); id != no_instance)
        find(id, image_root);
      else
        use_base(search_.base_package(image_root, target, no_instance, DependencyClass::rdepend));
    }
    for (const Rebuild& rebuild : search_.rebuilds())
      if (InstanceId id = search_.rebuilt(rebuild); id != no_instance) find(id, image_root);
    read_installed(find);
    for (; !open.empty(); open.pop_front()) {
      graph_.runtime[open.front()] = edges(open.front(), runtime_classes, image_root);
      for (const Edge& edge : graph_.runtime[open.front()]) find(edge.to, image_root);
      if (open.size() == 1) read_installed(find);
    }
    for (size_t i = 0; i < graph_.found.size(); ++i) {  // grows while it is walked
      InstanceId id = graph_.found[i];
      Root root = search_.build_root(id);
      read_build(id);
      for (InstanceId member : graph_.closure[id]) {
        find(member, root);
        graph_.built_with.insert(member);
      }
      for (const Edge& edge : graph_.build[id]) {
        find(edge.to, root);
        graph_.built_with.insert(edge.to);
      }
      if (!graph_.runtime.contains(id)) {
        graph_.runtime[id] = edges(id, runtime_classes, graph_.root_of[id]);
        for (const Edge& edge : graph_.runtime[id]) find(edge.to, graph_.root_of[id]);
      }
      read_installed(find);
    }
    return std::move(graph_);
  }

 private:
  std::vector<Edge> edges(InstanceId id, std::span<const DependencyClass> classes, Root root) {
    std::vector<Edge> out;
    for (DependencyClass kind : classes)
      if (search_.counts(kind, id)) collect(universe_.dependencies(id).of(kind), id, root, {.kind = kind}, out);
    return out;
  }

  void collect(const DependencyNode& node, InstanceId owner, Root root, Edge edge, std::vector<Edge>& out) {
    if (node.is_leaf) return collect_leaf(node, owner, root, edge, out);
    if (node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of) {
      int branch = search_.chosen_branch(node, owner, root, edge.kind);
      if (branch < 0) return;
      edge.group = &node;
      edge.branch = branch;
      return collect(node.children[static_cast<size_t>(branch)], owner, root, edge, out);
    }
    for (const DependencyNode& child : node.children) collect(child, owner, root, edge, out);
  }

  void collect_leaf(const DependencyNode& leaf, InstanceId owner, Root root, Edge edge, std::vector<Edge>& out) {
    if (leaf.atom->block != ebuild::Block::none) return;
    edge.leaf = &leaf;
    edge.to = search_.satisfier(leaf, owner, root);
    if (edge.to != no_instance && is_installed(leaf, owner, edge.kind)) {
      edge.optional = true;  // what is there serves until it is replaced
    } else if (search_.provided(root, leaf, owner, edge.kind)) {
      // All else the base root (or the adoption) gives.
      bool from_image = edge.to != no_instance && search_.selected(image_root, edge.to) &&
                        search_.prefers_image(leaf, owner, edge.kind);
      if (!from_image) {
        if (root == image_root && universe_.image_provides(leaf, owner)) graph_.left_out.insert(leaf.atom->name);
        use_base(search_.base_package(root, leaf, owner, edge.kind));
        return;
      }
      edge.optional = true;
    }
    if (edge.to != no_instance) out.push_back(edge);
  }

  void use_base(int base) {
    if (base >= 0 && graph_.base_used.insert(base).second && search_.stays_chosen(base)) installed_.push_back(base);
  }

  // What the needs of installed packages bring, where they are renewed.
  void read_installed(const auto& find) {
    if (universe_.request().renewal.depth == 0) return;
    for (; !installed_.empty(); installed_.pop_front()) {
      InstanceId id = universe_.installed(installed_.front());
      for (const Edge& edge : edges(id, all_dependency_classes, image_root)) {
        graph_.of_installed.emplace_back(id, edge);
        find(edge.to, image_root);
      }
    }
  }

  // Where all share one root: whether it had what serves before the plan.
  bool is_installed(const DependencyNode& leaf, InstanceId owner, DependencyClass kind) {
    return search_.policy() == RootPolicy::single && universe_.base_provides(leaf, owner, kind) >= 0;
  }

  void read_build(InstanceId id) {
    Root root = search_.build_root(id);
    std::vector<Edge>& direct = graph_.build[id];
    direct = edges(id, build_classes, root);
    ByInstance<std::vector<Edge>>& known = graph_.in_build_root[root];
    closure_.clear();
    std::vector<InstanceId> open;
    auto add = [&](const Edge& edge) {
      if (closure_.insert(edge.to)) open.push_back(edge.to);
    };
    for (const Edge& edge : direct) add(edge);
    while (!open.empty()) {
      InstanceId member = open.back();
      open.pop_back();
      // Those of the shared root are needed over and over.
      if (!known.contains(member)) known[member] = edges(member, runtime_classes, root);
      for (const Edge& edge : known[member]) add(edge);
    }
    graph_.closure[id] = closure_.sorted();
    if (graph_.image.contains(id) || universe_.request().like_portage) {
      constexpr DependencyClass install[] = {DependencyClass::idepend};
      for (const Edge& edge : edges(id, install, root)) direct.push_back(edge);
    }
  }

  Search& search_;
  Universe& universe_;
  Graph graph_;
  InstanceSet closure_;        // of the build that is being read
  std::deque<int> installed_;  // packages that stay, to be read; indices into Request::base_provides
};

// The atoms under `node` that count: those of chosen branches only, blockers or not as asked.
void collect_atoms(Search& search, const DependencyNode& node, InstanceId owner, Root root, DependencyClass kind,
                   bool blockers, std::vector<const DependencyNode*>& out) {
  if (node.is_leaf) {
    if ((node.atom->block != ebuild::Block::none) == blockers) out.push_back(&node);
    return;
  }
  if (node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of) {
    int branch = search.chosen_branch(node, owner, root, kind);
    if (branch >= 0)
      collect_atoms(search, node.children[static_cast<size_t>(branch)], owner, root, kind, blockers, out);
    return;
  }
  for (const DependencyNode& child : node.children) collect_atoms(search, child, owner, root, kind, blockers, out);
}

std::string slot_and_subslot(const Universe& universe, InstanceId id) {
  const auto& m = universe.package(id).metadata;
  return m.slot + "/" + m.subslot;
}

}  // namespace

Graph read_graph(Search& search) { return GraphReader(search).read(); }

bool check_bindings(Search& search, const Graph& graph) {
  Universe& universe = search.universe();
  bool added = false;
  for (InstanceId id : graph.image) {
    std::vector<const DependencyNode*> atoms;
    collect_atoms(search, universe.dependencies(id).rdepend, id, image_root, DependencyClass::rdepend, false, atoms);
    for (const DependencyNode* leaf : atoms) {
      if (leaf->atom->slot_operator != ebuild::SlotOperator::equal ||
          search.provided(image_root, *leaf, id, DependencyClass::rdepend))
        continue;
      for (const Edge& edge : graph.build.at(id)) {
        if (edge.kind != DependencyClass::depend || edge.leaf->atom->slot_operator != ebuild::SlotOperator::equal)
          continue;
        if (edge.leaf->atom->name != leaf->atom->name) continue;
        std::string slot = slot_and_subslot(universe, edge.to);
        std::vector<Literal> same;
        bool met = false;
        for (InstanceId candidate : universe.candidates(*leaf, id)) {
          if (slot_and_subslot(universe, candidate) != slot) continue;
          same.push_back(positive(search.in_root(image_root, candidate)));
          met = met || search.selected(image_root, candidate);
        }
        if (met) continue;
        added = true;
        search.demand(
            {positive(search.in_root(image_root, id)), positive(search.in_root(search.build_root(id), edge.to))}, same,
            {.kind = ClauseMeaning::Kind::binding,
             .a = id,
             .b = edge.to,
             .text = fmt::format("{} is built against {} (slot {}), so the image must have that slot of it too",
                                 universe.text(id), universe.text(edge.to), slot)});
      }
    }
  }
  return added;
}

namespace {

// Whom the blockers among the dependencies of `owner` keep out, of all that were found; sorted.
std::vector<InstanceId> blocked_by(Search& search, InstanceId owner, std::span<const DependencyClass> kinds) {
  Universe& universe = search.universe();
  std::vector<const DependencyNode*> blockers;
  for (DependencyClass kind : kinds)
    collect_atoms(search, universe.dependencies(owner).of(kind), owner, shared_build_root, kind, true, blockers);
  std::vector<InstanceId> out;
  for (const DependencyNode* leaf : blockers)
    for (InstanceId other : universe.versions(leaf->atom->name)) {
      if (other == owner || !universe.matches(other, leaf->atom)) continue;
      const auto &a = universe.package(owner), &b = universe.package(other);
      if (a.cpv.name == b.cpv.name && a.metadata.slot == b.metadata.slot) continue;
      if (universe.use_mismatches(other, leaf->atom, universe.use(owner)).empty()) out.push_back(other);
    }
  return out;
}

}  // namespace

bool has_blocked_build(Search& search, const Graph& graph) {
  if (search.policy() != RootPolicy::shared) return false;
  std::map<InstanceId, std::vector<InstanceId>> runtime;  // only packages that block any
  InstanceSet members;
  for (InstanceId id : graph.found)
    if (auto blocked = blocked_by(search, id, runtime_classes); !blocked.empty()) runtime[id] = std::move(blocked);
  for (InstanceId id : graph.found) {
    members.clear();
    for (InstanceId member : graph.closure.at(id)) members.insert(member);
    auto is_member = [&](InstanceId other) { return members.contains(other); };
    if (std::ranges::any_of(blocked_by(search, id, build_classes), is_member)) return true;
    for (const auto& [owner, blocked] : runtime)
      if (is_member(owner) && std::ranges::any_of(blocked, is_member)) return true;
  }
  return false;
}

std::vector<std::string> blocked_in_base(Search& search, const Graph& graph) {
  Universe& universe = search.universe();
  const Request& request = universe.request();
  bool any_installed = std::ranges::any_of(request.base_provides, [](const auto& p) { return !p.stand_in; });
  if (request.like_portage || search.policy() == RootPolicy::single || !any_installed) return {};
  std::vector<std::string> out;
  auto look_at = [&](InstanceId id, const DependencyNode& blocker) {
    int base = universe.base_blocked(blocker, id);
    if (base < 0) return;
    const repository::InstalledPackage& installed = universe.base(base);
    bool replaced = std::ranges::any_of(graph.closure.at(id), [&](InstanceId member) {
      const repository::Package& package = universe.package(member);
      return package.cpv.name == installed.cpv.name && package.metadata.slot == installed.slot;
    });
    if (!replaced)
      out.push_back(fmt::format("{} is built beside {}, which the base root has and it blocks ({})", universe.text(id),
                                installed.cpv.text(), blocker.atom->text()));
  };
  for (InstanceId id : graph.found)
    for (DependencyClass kind : build_classes) {
      std::vector<const DependencyNode*> blockers;
      collect_atoms(search, universe.dependencies(id).of(kind), id, search.build_root(id), kind, true, blockers);
      for (const DependencyNode* blocker : blockers) look_at(id, *blocker);
    }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace cooper::resolve

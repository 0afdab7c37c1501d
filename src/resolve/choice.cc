// Which branch of "|| ( )" and which version of a virtual: what is there already before what is new, an upgrade before
// its older slot, else the order of the text. As Portage chooses.
#include <algorithm>

#include "resolve/search.h"

namespace cooper::resolve {

using ebuild::DependencyNode;
using ebuild::GroupKind;

namespace {

constexpr int most_virtuals_deep = 8;
constexpr size_t most_combinations = 256;

bool is_virtual_name(const ebuild::PackageName& name) { return name.category == "virtual"; }

void collect_names(const DependencyNode& node, std::set<ebuild::PackageName>& out) {
  if (node.is_leaf) {
    if (node.atom->block == ebuild::Block::none) out.insert(node.atom->name);
    return;
  }
  for (const DependencyNode& child : node.children) collect_names(child, out);
}

// Whether the package is installed at all: to what is new or updated, another slot of it is as good then, and mostly
// an upgrade.
bool is_as_good_as_installed(Universe& universe, const DependencyNode& leaf, InstanceId owner) {
  if (universe.is_installed(owner) && !universe.request().renewal.update) return false;
  DependencyNode any;
  any.is_leaf = true;
  any.atom = ebuild::Atom{.name = leaf.atom->name};
  return universe.base_blocked(any, owner) >= 0;
}

}  // namespace

bool Search::is_virtual(const Requirement& requirement) {
  return requirement.node->is_leaf && requirement.target < 0 && is_virtual_name(requirement.node->atom->name);
}

// A virtual stands for one of its providers: the version whose providers are there already, else the highest.
Literal Search::decision_for_virtual(const Requirement& requirement) {
  Literal best{};
  Rank best_rank = Rank::unavailable;
  for (Literal option : requirement.options) {
    if (solver_.is_true(option)) return {};
    if (solver_.is_false(option)) continue;
    const VariableMeaning& meaning = variables_[option.variable()];
    InstanceId id =
        meaning.kind == VariableMeaning::Kind::stays ? universe_.installed(meaning.branch) : meaning.instance;
    Rank of_providers = rank(universe_.dependencies(id).rdepend, id, requirement.root, DependencyClass::rdepend, 1);
    if (best == Literal{} || of_providers < best_rank) best = option, best_rank = of_providers;
  }
  return best;
}

Literal Search::decision_for_any_of(const Requirement& requirement) {
  for (Literal option : requirement.options)
    if (solver_.is_true(option)) return {};
  if (auto groups = overlapping_groups(requirement); groups.size() > 1) return decision_for_overlap(groups);
  std::vector<Choice> choices;
  for (size_t i = 0; i < requirement.options.size(); ++i)
    if (Literal option = requirement.options[i]; !solver_.is_false(option))
      choices.push_back(choice_of(option, requirement.node->children[i], requirement));
  if (choices.empty()) return {};
  std::ranges::stable_sort(choices, {}, &Choice::rank);
  prefer_upgrades(choices);
  branch_ranks_[choices.front().option.variable()] = choices.front().rank;
  return choices.front().option;
}

// The open groups beside this one that may share a package with it, this one among them; in the order of the text.
std::vector<const Requirement*> Search::overlapping_groups(const Requirement& requirement) {
  std::vector<const Requirement*> open;
  std::vector<std::set<ebuild::PackageName>> names;
  if (requirement.target >= 0) return {};
  for (int index : requirements_of_[static_cast<size_t>(requirement.antecedent.variable())]) {
    const Requirement& other = requirements_[static_cast<size_t>(index)];
    bool same_list = other.owner == requirement.owner && other.kind == requirement.kind &&
                     other.root == requirement.root && !other.node->is_leaf;
    if (!same_list || std::ranges::any_of(other.options, [&](Literal l) { return solver_.is_true(l); })) continue;
    // The same group twice is one.
    if (std::ranges::any_of(open,
                            [&](const Requirement* known) { return to_text(*known->node) == to_text(*other.node); }))
      continue;
    open.push_back(&other);
    collect_names(*other.node, names.emplace_back());
  }
  auto self = std::ranges::find_if(open, [&](const Requirement* r) { return r->node == requirement.node; });
  if (self == open.end()) return {};
  std::set<size_t> together{static_cast<size_t>(self - open.begin())};
  for (bool grown = true; grown;) {
    grown = false;
    for (size_t i = 0; i < open.size(); ++i) {
      if (together.contains(i)) continue;
      bool shares = std::ranges::any_of(together, [&](size_t member) {
        return std::ranges::any_of(names[i], [&](const auto& name) { return names[member].contains(name); });
      });
      if (shares) together.insert(i), grown = true;
    }
  }
  std::vector<const Requirement*> out;
  size_t combinations = 1;
  for (size_t i : together) {
    out.push_back(open[i]);
    combinations *= open[i]->options.size();
  }
  return combinations > most_combinations ? std::vector<const Requirement*>{} : out;
}

// Of all combinations of branches the one that brings the fewest new packages; decides its first group.
Literal Search::decision_for_overlap(const std::vector<const Requirement*>& groups) {
  std::vector<Choice> choices(1);
  choices[0].rank = Rank::present;
  for (const Requirement* group : groups) {
    std::vector<Choice> longer;
    for (const Choice& start : choices)
      for (size_t i = 0; i < group->options.size(); ++i) {
        Literal option = group->options[i];
        if (solver_.is_false(option)) continue;
        Choice next = choice_of(option, group->node->children[i], *group);
        if (start.option != Literal{}) next.option = start.option;
        next.rank = std::max(next.rank, start.rank);
        // Two versions in one slot do not go together.
        for (const auto& [name, id] : start.packages)
          if (auto known = next.packages.find(name);
              known != next.packages.end() && known->second != id &&
              universe_.package(known->second).metadata.slot == universe_.package(id).metadata.slot)
            next.rank = Rank::unavailable;
        next.packages.insert(start.packages.begin(), start.packages.end());
        next.added.insert(start.added.begin(), start.added.end());
        longer.push_back(std::move(next));
      }
    choices = std::move(longer);
  }
  if (choices.empty()) return {};
  std::ranges::stable_sort(choices, [](const Choice& a, const Choice& b) {
    return std::pair(a.rank, a.added.size()) < std::pair(b.rank, b.added.size());
  });
  prefer_upgrades(choices);
  branch_ranks_[choices.front().option.variable()] = choices.front().rank;
  return choices.front().option;
}

Search::Choice Search::choice_of(Literal option, const DependencyNode& branch, const Requirement& requirement) {
  Choice out{.option = option,
             .rank = rank(branch, requirement.owner, requirement.root, requirement.kind),
             .packages = {},
             .added = {}};
  fill(out, branch, requirement);
  return out;
}

void Search::fill(Choice& choice, const DependencyNode& node, const Requirement& requirement) {
  if (!node.is_leaf) {
    if (node.kind == GroupKind::any_of) return;  // which of them is not known yet
    for (const DependencyNode& child : node.children) fill(choice, child, requirement);
    return;
  }
  if (node.atom->block != ebuild::Block::none) return;
  for (InstanceId id : universe_.candidates(node, requirement.owner)) {
    if (solver_.is_false(positive(in_root(requirement.root, id)))) continue;
    const repository::Package& package = universe_.package(id);
    auto [known, fresh] = choice.packages.emplace(package.cpv.name, id);
    if (!fresh && universe_.package(known->second).cpv.version < package.cpv.version) known->second = id;
    bool there =
        provided(requirement.root, node, requirement.owner, requirement.kind) || selected(requirement.root, id);
    if (!there && !is_virtual_name(node.atom->name))
      choice.added.emplace(node.atom->name.text(), package.metadata.slot);
    return;
  }
}

Search::Rank Search::rank(const DependencyNode& node, InstanceId owner, Root root, DependencyClass kind, int depth) {
  if (node.is_leaf) return rank_of_atom(node, owner, root, kind, depth);
  bool any = node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of;
  if (any && node.children.empty())
    return universe_.package(owner).metadata.eapi->empty_groups ? Rank::present : Rank::unavailable;
  Rank out = any ? Rank::unavailable : Rank::present;
  for (const DependencyNode& child : node.children) {
    Rank of_child = rank(child, owner, root, kind, depth);
    out = any ? std::min(out, of_child) : std::max(out, of_child);
  }
  return out;
}

// Whether it would take the place of a higher version that could be had as well.
bool Search::is_lower_than_installed(InstanceId id) {
  if (policy_ != RootPolicy::single) return false;
  int base = universe_.installed_in_slot_of(id);
  if (base < 0 || universe_.base(base).cpv.version <= universe_.package(id).cpv.version) return false;
  return std::ranges::any_of(universe_.versions(universe_.package(id).cpv.name), [&](InstanceId other) {
    return universe_.package(other).cpv.version == universe_.base(base).cpv.version &&
           universe_.visibility(other).visibility == repository::Visibility::visible;
  });
}

Search::Rank Search::rank_of_atom(const DependencyNode& leaf, InstanceId owner, Root root, DependencyClass kind,
                                  int depth) {
  if (leaf.atom->block != ebuild::Block::none)
    return satisfied(leaf, owner, root, kind) ? Rank::present : Rank::unavailable;
  if (satisfied(leaf, owner, root, kind)) return Rank::present;
  Rank out = Rank::unavailable;
  for (InstanceId id : universe_.candidates(leaf, owner)) {
    if (solver_.is_false(positive(in_root(root, id)))) continue;
    // A virtual costs nothing itself.
    bool look_inside = is_virtual_name(leaf.atom->name) && depth < most_virtuals_deep;
    Rank of_this = Rank::available;
    if (look_inside)
      of_this = rank(universe_.dependencies(id).rdepend, id, root, DependencyClass::rdepend, depth + 1);
    else if (is_lower_than_installed(id))
      of_this = Rank::lower;
    else if (policy_ == RootPolicy::single && is_as_good_as_installed(universe_, leaf, owner))
      of_this = Rank::present;
    out = std::min(out, of_this);
    if (!look_inside) break;
  }
  bool from_image = root != image_root && out != Rank::present && satisfied(leaf, owner, image_root, kind) &&
                    !universe_.request().like_portage;
  return from_image ? Rank::in_image : out;
}

// "|| ( a/x:1 a/x:2 )" means the newer one, whatever its place, where both would do equally well.
void Search::prefer_upgrades(std::vector<Choice>& choices) {
  auto is_upgrade = [&](const Choice& a, const Choice& b) {
    bool up = false, down = false;
    for (const auto& [name, id] : a.packages)
      if (auto other = b.packages.find(name); other != b.packages.end()) {
        auto order = universe_.package(id).cpv.version <=> universe_.package(other->second).cpv.version;
        up = up || order > 0;
        down = down || order < 0;
      }
    return up && !down;
  };
  for (size_t i = 1; i < choices.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      if (choices[j].rank != choices[i].rank || !is_upgrade(choices[i], choices[j])) continue;
      std::rotate(choices.begin() + static_cast<long>(j), choices.begin() + static_cast<long>(i),
                  choices.begin() + static_cast<long>(i) + 1);
      break;
    }
}

}  // namespace cooper::resolve

// Decisions: what to try next, and going back.
#include "resolve/search.h"

#include <algorithm>

namespace cooper::resolve {

using ebuild::DependencyNode;
using ebuild::GroupKind;

Search::Search(Universe& universe, RootPolicy policy, bool keeps_versions)
    : universe_(universe), policy_(policy), keeps_versions_(keeps_versions) {
  add_targets();
}

bool Search::solve() {
  for (;;) {
    ClauseId conflict = solver_.propagate();
    if (conflict != no_clause) {
      if (!learn(conflict)) return false;
      continue;
    }
    if (expand_new()) continue;
    Literal next = next_decision();
    if (next == Literal{}) return true;
    decide(next);
  }
}

void Search::decide(Literal literal) {
  Mark mark{.cursors = cursors_};
  for (size_t q = 0; q < queue_count; ++q) mark.sizes[q] = queues_[q].size();
  marks_.push_back(mark);
  solver_.decide(literal);
}

bool Search::learn(ClauseId conflict) {
  if (!solver_.learn(conflict)) return false;
  auto level = static_cast<size_t>(solver_.level());
  if (level < marks_.size()) {
    for (size_t q = 0; q < queue_count; ++q) queues_[q].resize(marks_[level].sizes[q]);
    cursors_ = marks_[level].cursors;
    marks_.resize(level);
    // All but the lesson's own conclusion was expanded when that level's decision was made.
    expanded_ = std::min(expanded_, solver_.trail().size() - 1);
  }
  return true;
}

// Brings the clauses of what became true into view. True where something was new.
bool Search::expand_new() {
  bool any = false;
  while (expanded_ < solver_.trail().size()) {
    Literal literal = solver_.trail()[expanded_++];
    if (literal.negated()) continue;
    Variable v = literal.variable();
    if (!has_clauses_[static_cast<size_t>(v)]) {
      has_clauses_[static_cast<size_t>(v)] = true;
      expand(v);
      any = true;
    }
    for (int index : requirements_of_[static_cast<size_t>(v)]) {
      const Requirement& requirement = requirements_[static_cast<size_t>(index)];
      bool is_choice = !requirement.node->is_leaf || is_virtual(requirement);
      size_t queue = (requirement.root == image_root ? 0 : 2) + (is_choice ? 1 : 0);
      queues_[queue].push_back(index);
      any = true;
    }
  }
  return any;
}

Literal Search::next_decision() {
  for (size_t q = 0; q < queue_count; ++q)
    for (; cursors_[q] < queues_[q].size(); ++cursors_[q]) {
      Literal literal = decision_for(requirements_[static_cast<size_t>(queues_[q][cursors_[q]])]);
      if (literal != Literal{}) return literal;
    }
  return {};
}

Literal Search::decision_for(const Requirement& requirement) {
  return requirement.node->is_leaf ? decision_for_atom(requirement) : decision_for_any_of(requirement);
}

// As Portage: the highest version, also where the plan has a lower one in another slot already. Two exceptions: a
// package that the spec itself names serves where it can; and builds take what the image has, so that nothing is built
// twice.
Literal Search::decision_for_atom(const Requirement& requirement) {
  if (requirement.root != image_root && !universe_.request().like_portage)
    for (Literal option : requirement.options)
      if (!solver_.is_false(option) && selected(image_root, variables_[option.variable()].instance))
        return solver_.is_open(option) ? option : Literal{};
  if (requirement.optional) return {};
  // What is installed serves as long as nothing takes its place.
  if (!requirement.options.empty() &&
      variables_[requirement.options[0].variable()].kind == VariableMeaning::Kind::stays) {
    if (std::ranges::any_of(requirement.options, [&](Literal option) { return solver_.is_true(option); })) return {};
    if (solver_.is_open(requirement.options[0])) return requirement.options[0];
  }
  if (is_virtual(requirement)) return decision_for_virtual(requirement);
  Literal wanted{};
  for (Literal option : requirement.options) {
    if (solver_.is_open(option) && wanted == Literal{}) wanted = option;
    if (!solver_.is_true(option)) continue;
    bool is_ebuild = variables_[option.variable()].kind == VariableMeaning::Kind::in_root;
    if (wanted == Literal{} || (is_ebuild && is_asked_for(requirement, variables_[option.variable()].instance)))
      return {};
  }
  return wanted;
}

// Whether a dependency of the image's may be content with `id` because the spec names it.
bool Search::is_asked_for(const Requirement& requirement, InstanceId id) {
  if (requirement.root != image_root || requirement.target >= 0 || universe_.request().like_portage) return false;
  return universe_.is_target(id);
}

bool Search::selected(Root root, InstanceId id) const {
  auto found = in_root_.find((static_cast<uint64_t>(static_cast<uint32_t>(root)) << 32) | static_cast<uint32_t>(id));
  return found != in_root_.end() && solver_.is_true(positive(found->second));
}

bool Search::provided(Root root, const DependencyNode& leaf, InstanceId owner, DependencyClass kind) {
  if (universe_.package_provided(leaf)) return true;
  if (root == image_root && universe_.image_provides(leaf, owner)) return true;
  return base_package(root, leaf, owner, kind) >= 0;
}

bool Search::prefers_image(const DependencyNode& leaf, InstanceId owner, DependencyClass kind) {
  if (universe_.request().like_portage) return false;
  return kind == DependencyClass::depend ||
         (kind == DependencyClass::bdepend && universe_.runs_with(owner, leaf.atom->name));
}

int Search::base_package(Root root, const DependencyNode& leaf, InstanceId owner, DependencyClass kind) {
  if (root == image_root && policy_ != RootPolicy::single) return -1;
  int base = universe_.base_provides(leaf, owner, kind);
  return base >= 0 && policy_ == RootPolicy::single && is_replaced(base, owner) ? -1 : base;
}

bool Search::stays_chosen(int base) const {
  auto found = stays_.find(base);
  return found != stays_.end() && solver_.is_true(positive(found->second));
}

InstanceId Search::replacement(int base, InstanceId owner) const {
  const repository::InstalledPackage& installed = universe_.base(base);
  for (InstanceId id : universe_.versions(installed.cpv.name))
    if (id != owner && universe_.package(id).metadata.slot == installed.slot && selected(image_root, id)) return id;
  return no_instance;
}

bool Search::satisfied(const DependencyNode& node, InstanceId owner, Root root, DependencyClass kind) {
  auto child = [&](const DependencyNode& c) { return satisfied(c, owner, root, kind); };
  if (node.is_leaf) {
    if (node.atom->block == ebuild::Block::none)
      return provided(root, node, owner, kind) || satisfier(node, owner, root) != no_instance;
    for (InstanceId id : universe_.versions(node.atom->name))
      if (id != owner && selected(root, id) && universe_.matches(id, node.atom)) return false;
    return true;
  }
  if (node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of) {
    if (node.children.empty()) return universe_.package(owner).metadata.eapi->empty_groups;
    return std::any_of(node.children.begin(), node.children.end(), child);
  }
  return std::all_of(node.children.begin(), node.children.end(), child);
}

int Search::chosen_branch(const DependencyNode& group, InstanceId owner, Root root, DependencyClass kind) {
  auto found = group_requirement_.find({&group, root});
  int fallback = -1;
  for (size_t i = 0; i < group.children.size(); ++i) {
    if (!satisfied(group.children[i], owner, root, kind)) continue;
    if (found != group_requirement_.end() &&
        solver_.is_true(requirements_[static_cast<size_t>(found->second)].options[i]))
      return static_cast<int>(i);
    if (fallback < 0) fallback = static_cast<int>(i);
  }
  return fallback;
}

std::optional<Literal> Search::decided_branch(const DependencyNode& group, int branch, Root root) const {
  auto found = group_requirement_.find({&group, root});
  if (found == group_requirement_.end()) return std::nullopt;
  Literal option = requirements_[static_cast<size_t>(found->second)].options[static_cast<size_t>(branch)];
  return solver_.is_true(option) ? std::optional(option) : std::nullopt;
}

bool Search::chosen_as_present(const DependencyNode& group, int branch, Root root) const {
  auto found = group_requirement_.find({&group, root});
  if (found == group_requirement_.end()) return false;
  Literal option = requirements_[static_cast<size_t>(found->second)].options[static_cast<size_t>(branch)];
  auto rank = branch_ranks_.find(option.variable());
  return rank != branch_ranks_.end() && rank->second <= Rank::in_image;
}

InstanceId Search::satisfier(const DependencyNode& leaf, InstanceId owner, Root root) {
  InstanceId first = no_instance;
  for (InstanceId id : universe_.candidates(leaf, owner)) {
    if (!selected(root, id)) continue;
    if (root == image_root || selected(image_root, id)) return id;
    if (first == no_instance) first = id;
  }
  return first;
}

}  // namespace cooper::resolve

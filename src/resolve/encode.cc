// Packages as clauses.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "resolve/search.h"

namespace cooper::resolve {

using ebuild::DependencyNode;
using ebuild::GroupKind;

Variable Search::new_variable(VariableMeaning meaning) {
  variables_.push_back(meaning);
  requirements_of_.emplace_back();
  has_clauses_.push_back(false);
  depths_.push_back(std::numeric_limits<int>::max());
  return solver_.new_variable();
}

Variable Search::in_root(Root root, InstanceId id) {
  auto [entry, fresh] =
      in_root_.try_emplace((static_cast<uint64_t>(static_cast<uint32_t>(root)) << 32) | static_cast<uint32_t>(id));
  if (fresh) entry->second = new_variable({.kind = VariableMeaning::Kind::in_root, .root = root, .instance = id});
  return entry->second;
}

Variable Search::built(InstanceId id) {
  auto [entry, fresh] = built_.try_emplace(id);
  if (fresh) entry->second = new_variable({.kind = VariableMeaning::Kind::built, .root = image_root, .instance = id});
  return entry->second;
}

// An installed package goes where the plan puts another one of its name and slot.
Variable Search::stays(int base) {
  auto [entry, fresh] = stays_.try_emplace(base);
  if (!fresh) return entry->second;
  Variable v = new_variable({.kind = VariableMeaning::Kind::stays, .root = image_root, .branch = base});
  stays_[base] = v;
  const repository::InstalledPackage& installed = universe_.base(base);
  for (InstanceId id : universe_.versions(installed.cpv.name)) {
    if (universe_.package(id).metadata.slot != installed.slot) continue;
    add_clause({negative(v), negative(in_root(image_root, id))},
               {.kind = ClauseMeaning::Kind::replaced,
                .a = id,
                .text = fmt::format("but {} takes the place of {}, which is installed", universe_.text(id),
                                    installed.cpv.text())});
  }
  return v;
}

void Search::add_clause(const std::vector<Literal>& literals, ClauseMeaning meaning) {
  auto id = static_cast<size_t>(solver_.add_clause(literals));
  clauses_.resize(id + 1);
  clauses_[id] = std::move(meaning);
}

void Search::add_targets() {
  const auto& targets = universe_.targets();
  for (size_t i = 0; i < targets.size(); ++i) {
    Requirement requirement{.target = static_cast<int>(i), .node = &targets[i]};
    bool may_stay = policy_ == RootPolicy::single && universe_.request().renewal.selective;
    add_options(requirement, may_stay ? universe_.base_provides(targets[i], no_instance, requirement.kind) : -1);
    add_requirement(std::move(requirement));
    queues_[0].push_back(static_cast<int>(requirements_.size()) - 1);
  }
}

// The clauses that follow from one variable's truth; made once, when it first becomes true.
void Search::expand(Variable v) {
  VariableMeaning meaning = variables_[v];  // a copy: expanding adds variables
  Literal antecedent = positive(v);
  switch (meaning.kind) {
    case VariableMeaning::Kind::built:
      add_dependencies(meaning.instance, DependencyClass::depend, build_root(meaning.instance), antecedent);
      add_dependencies(meaning.instance, DependencyClass::bdepend, build_root(meaning.instance), antecedent);
      break;
    case VariableMeaning::Kind::in_root: {
      Variable build = built(meaning.instance);
      depths_[build] = std::min(depths_[build], depths_[v]);
      add_clause({~antecedent, positive(build)},
                 {.kind = ClauseMeaning::Kind::build, .root = meaning.root, .a = meaning.instance});
      one_per_slot(meaning.root, meaning.instance);
      add_dependencies(meaning.instance, DependencyClass::rdepend, meaning.root, antecedent);
      add_dependencies(meaning.instance, DependencyClass::pdepend, meaning.root, antecedent);
      // Install-time tools run beside the image, not in it. What is only built with is not installed by its phases.
      if (meaning.root == image_root || universe_.request().like_portage)
        add_dependencies(meaning.instance, DependencyClass::idepend, build_root(meaning.instance), antecedent);
      break;
    }
    case VariableMeaning::Kind::stays: expand_installed(v); break;
    case VariableMeaning::Kind::branch: {
      Requirement context = requirements_[static_cast<size_t>(meaning.requirement)];
      const DependencyNode& branch = context.node->children[static_cast<size_t>(meaning.branch)];
      context.antecedent = antecedent;
      context.options.clear();
      need(branch, std::move(context));
    }
  }
}

bool Search::counts(DependencyClass kind, InstanceId id) {
  const auto& only = universe_.request().only_dependencies;
  if (!only || only->runtime || !universe_.is_target(id)) return true;
  if (kind == DependencyClass::idepend) return only->install;
  return kind == DependencyClass::depend || kind == DependencyClass::bdepend;
}

void Search::add_dependencies(InstanceId id, DependencyClass kind, Root root, Literal antecedent) {
  if (!counts(kind, id)) return;
  int depth = depths_[static_cast<size_t>(antecedent.variable())];
  // What a virtual stands for is no further away than the virtual.
  bool is_step =
      depth < std::numeric_limits<int>::max() && (depth == 0 || universe_.package(id).cpv.name.category != "virtual");
  need(universe_.dependencies(id).of(kind),
       {.owner = id, .kind = kind, .root = root, .antecedent = antecedent, .depth = is_step ? depth + 1 : depth});
}

void Search::need(const DependencyNode& node, Requirement context) {
  context.node = &node;
  if (node.is_leaf) return node.atom->block == ebuild::Block::none ? need_atom(std::move(context)) : block(context);
  if (node.kind == GroupKind::any_of || node.kind == GroupKind::exactly_one_of) return need_any_of(std::move(context));
  for (const DependencyNode& child : node.children) need(child, context);
}

void Search::need_atom(Requirement requirement) {
  const ebuild::Atom& atom = requirement.node->atom;
  int installed = policy_ == RootPolicy::single
                      ? universe_.base_provides(*requirement.node, requirement.owner, requirement.kind)
                      : -1;
  bool given =
      universe_.package_provided(*requirement.node) || universe_.image_provides(*requirement.node, requirement.owner);
  auto replaces_it = [&]() {
    const auto& owner = universe_.package(requirement.owner);
    return owner.cpv.name == atom.name && owner.metadata.slot == universe_.base(installed).slot;
  };
  if (installed >= 0 && !given && !replaces_it()) {
    add_options(requirement, installed);
    return add_requirement(std::move(requirement));
  }
  if (provided(requirement.root, *requirement.node, requirement.owner, requirement.kind)) {
    if (!prefers_image(*requirement.node, requirement.owner, requirement.kind)) return;
    requirement.optional = true;
  }
  // What an installed package lacked all along to be built is no matter of the plan's.
  bool to_be_built = requirement.kind == DependencyClass::depend || requirement.kind == DependencyClass::bdepend;
  bool is_installed = universe_.is_installed(requirement.owner);
  if (is_installed && to_be_built) return;
  add_options(requirement, -1);
  if (is_installed && requirement.options.empty()) return;
  add_requirement(std::move(requirement));
}

void Search::need_any_of(Requirement requirement) {
  const DependencyNode& group = *requirement.node;
  if (group.children.empty()) {
    if (universe_.package(requirement.owner).metadata.eapi->empty_groups) return;
    return add_requirement(std::move(requirement));
  }
  auto index = static_cast<int>(requirements_.size());
  for (size_t i = 0; i < group.children.size(); ++i)
    requirement.options.push_back(positive(new_variable({.kind = VariableMeaning::Kind::branch,
                                                         .root = requirement.root,
                                                         .instance = requirement.owner,
                                                         .requirement = index,
                                                         .branch = static_cast<int>(i)})));
  group_requirement_[{&group, requirement.root}] = index;
  add_requirement(std::move(requirement));
}

// "!a": no package that matches may be in the same root. Builds that share a root do not truly share one, so blockers
// of builds are looked at when the roots are known (extract.cc); with roots of their own they are clauses like all
// others.
void Search::block(const Requirement& context) {
  if (context.root != image_root && context.node->atom->block == ebuild::Block::strong) block_base(context);
  if (context.root == shared_build_root) return;
  Requirement requirement = context;
  auto index = static_cast<int>(requirements_.size());
  bool used = false;
  for (InstanceId id : universe_.versions(context.node->atom->name)) {
    if (id == context.owner || !universe_.matches(id, context.node->atom)) continue;
    if (!universe_.use_mismatches(id, context.node->atom, universe_.use(context.owner)).empty()) continue;
    // A package does not block its own older versions: they cannot be there beside it anyway.
    const auto &own = universe_.package(context.owner), &other = universe_.package(id);
    if (own.cpv.name == other.cpv.name && own.metadata.slot == other.metadata.slot) continue;
    add_clause({~context.antecedent, negative(in_root(context.root, id))}, {.kind = ClauseMeaning::Kind::blocker,
                                                                            .requirement = index,
                                                                            .root = context.root,
                                                                            .a = context.owner,
                                                                            .b = id,
                                                                            .text = context.node->atom->text()});
    used = true;
  }
  if (used) requirements_.push_back(std::move(requirement));  // only for messages: nothing to decide
}

// "!!a" where the base root has a: nothing takes it out of there, unless another version of its slot comes over it.
// (Portage would take it away.)
void Search::block_base(const Requirement& context) {
  const ebuild::Atom& atom = context.node->atom;
  if (universe_.request().like_portage) return;
  int base = universe_.base_blocked(*context.node, context.owner);
  if (base < 0) return;
  const repository::InstalledPackage& installed = universe_.base(base);
  for (InstanceId id : universe_.versions(atom.name))
    if (universe_.package(id).metadata.slot == installed.slot && !universe_.matches(id, atom)) return;
  add_clause({~context.antecedent},
             {.kind = ClauseMeaning::Kind::base_blocker,
              .root = context.root,
              .a = context.owner,
              .text = fmt::format("but {} blocks {} ({}), which the base root has", universe_.text(context.owner),
                                  installed.cpv.text(), atom.text())});
}

void Search::one_per_slot(Root root, InstanceId id) {
  const auto& package = universe_.package(id);
  Literal self = negative(in_root(root, id));
  bool higher = true;  // versions come highest first
  for (InstanceId other : universe_.versions(package.cpv.name)) {
    if (other == id) higher = false;
    if (other == id || universe_.package(other).metadata.slot != package.metadata.slot) continue;
    add_clause(
        {self, negative(in_root(root, other))},
        {.kind = ClauseMeaning::Kind::one_per_slot, .root = root, .a = higher ? other : id, .b = higher ? id : other});
  }
}

void Search::add_requirement(Requirement requirement) {
  auto index = static_cast<int>(requirements_.size());
  for (Literal option : requirement.options) {
    int& depth = depths_[static_cast<size_t>(option.variable())];
    depth = std::min(depth, requirement.depth);
  }
  if (!requirement.optional) {
    std::vector<Literal> literals;
    if (requirement.target < 0) literals.push_back(~requirement.antecedent);
    literals.insert(literals.end(), requirement.options.begin(), requirement.options.end());
    add_clause(literals, {.kind = ClauseMeaning::Kind::requirement, .requirement = index, .root = requirement.root});
  }
  if (requirement.target < 0) requirements_of_[static_cast<size_t>(requirement.antecedent.variable())].push_back(index);
  requirements_.push_back(std::move(requirement));
}

// As the plan has `because` already, what is decided next is the rebuild; where that cannot be, another version of
// `because` is tried.
void Search::demand_rebuild(Rebuild rebuild, ClauseMeaning meaning) {
  auto known = std::ranges::find_if(
      rebuilds_, [&](const Rebuild& r) { return r.installed == rebuild.installed && r.because == rebuild.because; });
  if (known == rebuilds_.end()) {
    const repository::Package& package = universe_.package(rebuild.installed);
    ebuild::Atom atom{.op = ebuild::Operator::greater_equal, .name = package.cpv.name};
    atom.version = package.cpv.version;
    atom.slot = package.metadata.slot;
    rebuild.node = &universe_.add_node(std::move(atom));
    rebuild.requirement = static_cast<int>(requirements_.size());
    known = rebuilds_.insert(rebuilds_.end(), std::move(rebuild));
    Literal antecedent = positive(in_root(image_root, known->because));
    Requirement requirement{.owner = known->because, .antecedent = antecedent, .node = known->node};
    add_options(requirement, -1);
    demand({antecedent}, requirement.options, std::move(meaning));
    requirements_of_[static_cast<size_t>(antecedent.variable())].push_back(known->requirement);
    requirements_.push_back(std::move(requirement));
  }
  queues_[0].push_back(known->requirement);
}

InstanceId Search::rebuilt(const Rebuild& rebuild) const {
  if (!selected(image_root, rebuild.because)) return no_instance;
  for (Literal option : requirements_[static_cast<size_t>(rebuild.requirement)].options)
    if (solver_.is_true(option)) return variables_[option.variable()].instance;
  return no_instance;
}

void Search::forbid(const std::vector<Literal>& literals, ClauseMeaning meaning) {
  demand(literals, {}, std::move(meaning));
}

void Search::demand(const std::vector<Literal>& when, const std::vector<Literal>& options, ClauseMeaning meaning) {
  std::vector<Literal> clause(options);
  for (Literal l : when) clause.push_back(~l);
  add_clause(clause, std::move(meaning));
}

}  // namespace cooper::resolve

#include "resolve/universe.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "ebuild/use.h"
#include "util/text.h"

namespace cooper::resolve {

std::string_view name_of(DependencyClass c) {
  switch (c) {
    case DependencyClass::depend: return "DEPEND";
    case DependencyClass::bdepend: return "BDEPEND";
    case DependencyClass::rdepend: return "RDEPEND";
    case DependencyClass::pdepend: return "PDEPEND";
    case DependencyClass::idepend: return "IDEPEND";
  }
  return "";
}

const ebuild::DependencyNode& Dependencies::of(DependencyClass c) const {
  switch (c) {
    case DependencyClass::depend: return depend;
    case DependencyClass::bdepend: return bdepend;
    case DependencyClass::rdepend: return rdepend;
    case DependencyClass::pdepend: return pdepend;
    default: return idepend;
  }
}

namespace {

ebuild::DependencyNode node_of(const ebuild::Atom& atom) {
  ebuild::DependencyNode node;
  node.is_leaf = true;
  node.word = atom.text();
  node.atom = atom;
  return node;
}

}  // namespace

void Universe::Installed::index() {
  for (size_t i = 0; i < packages.size(); ++i) by_name[packages[i].cpv.name].push_back(static_cast<int>(i));
}

int Universe::Installed::find(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent, bool programs,
                              bool only_installed) {
  auto found = by_name.find(atom.name);
  if (found == by_name.end()) return -1;
  for (int index : found->second | std::views::reverse) {  // the highest version first
    repository::InstalledPackage& package = packages[static_cast<size_t>(index)];
    if (!package.folder.empty()) {
      if (!atom.matches(package.cpv)) continue;
      read_for(package, atom);
    }
    if (only_installed && package.stand_in) continue;
    if (satisfies(package, atom, use_of_dependent, programs)) return index;
  }
  return -1;
}

Universe::Universe(const Request& request, std::span<const Change> changes)
    : request_(request),
      base_{request.renewal.everything ? std::vector<repository::InstalledPackage>{} : request.base_provides, {}},
      image_{request.image_has, {}} {
  base_.index();
  image_.index();
  for (const Change& change : changes) changes_.emplace(change.package, &change);
  for (ebuild::Cpv& cpv : request.config->provided()) {
    ebuild::PackageName name = cpv.name;
    provided_by_name_[std::move(name)].push_back(std::move(cpv));
  }
  for (const ebuild::Atom& atom : request.targets) targets_.push_back(node_of(atom));
  for (const ebuild::Atom& atom : request.kept_for) kept_for_.push_back(node_of(atom));
}

const ebuild::DependencyNode& Universe::add_node(ebuild::Atom atom) { return more_nodes_.emplace_back(node_of(atom)); }

Universe::AtomFacts& Universe::facts(const ebuild::DependencyNode& leaf) {
  auto [by_leaf, fresh_leaf] = facts_by_leaf_.try_emplace(&leaf);
  if (!fresh_leaf) return *by_leaf->second;
  using Kind = ebuild::UseDependency::Kind;
  bool reads_owner = std::ranges::any_of(leaf.atom->use, [](const ebuild::UseDependency& use) {
    return use.kind != Kind::enabled && use.kind != Kind::disabled;
  });
  if (reads_owner) return *(by_leaf->second = &facts_.emplace_back());
  auto [by_text, fresh_text] = facts_by_text_.try_emplace(leaf.word);
  if (fresh_text) by_text->second = &facts_.emplace_back();
  return *(by_leaf->second = by_text->second);
}

const ebuild::UseSet& Universe::use_of_owner(InstanceId owner) {
  static const ebuild::UseSet nothing;
  return owner == no_instance ? nothing : use(owner);
}

std::string Universe::slot_text(InstanceId id) const {
  const auto& metadata = package(id).metadata;
  return metadata.subslot.empty() || metadata.subslot == metadata.slot ? metadata.slot
                                                                       : metadata.slot + "/" + metadata.subslot;
}

const std::vector<InstanceId>& Universe::versions(const ebuild::PackageName& name) {
  auto [entry, fresh] = by_name_.try_emplace(name);
  std::vector<InstanceId>& list = entry->second;
  if (!fresh) return list;
  for (size_t priority = 0; priority < request_.repositories.size(); ++priority)
    for (const repository::Package* package : request_.repositories[priority]->versions(name)) {
      list.push_back(static_cast<InstanceId>(instances_.size()));
      instances_.push_back({.package = package, .priority = static_cast<int>(priority)});
    }
  std::stable_sort(list.begin(), list.end(), [&](InstanceId a, InstanceId b) {
    auto order = package(a).cpv.version <=> package(b).cpv.version;
    if (order != 0) return order > 0;
    return instances_[a].priority < instances_[b].priority;
  });
  return list;
}

const Change* Universe::change_of(const repository::Package& package) const {
  auto found = changes_.find(&package);
  return found == changes_.end() ? nullptr : found->second;
}

const ebuild::UseSet& Universe::use(InstanceId id) {
  Instance& instance = instances_[id];
  if (!instance.use) instance.use = std::make_unique<ebuild::UseSet>(flags(id).enabled());
  return *instance.use;
}

const repository::FlagStates& Universe::flags(InstanceId id) {
  Instance& instance = instances_[id];
  if (instance.flags) return *instance.flags;
  instance.flags = &request_.config->known_flags(*instance.package);
  if (const Change* change = change_of(*instance.package)) {
    instance.changed_flags = std::make_unique<repository::FlagStates>(*instance.flags);
    for (const auto& [flag, on] : change->use) instance.changed_flags->set(flag, {on, false, "suggested"});
    instance.flags = instance.changed_flags.get();
  }
  return *instance.flags;
}

const Dependencies& Universe::dependencies(InstanceId id) {
  const ebuild::UseSet& flags = use(id);
  Instance& instance = instances_[id];
  if (instance.dependencies) return *instance.dependencies;
  const repository::Metadata& m = instance.package->metadata;
  instance.dependencies = std::make_unique<Dependencies>(
      Dependencies{ebuild::evaluate_conditionals(m.depend, flags), ebuild::evaluate_conditionals(m.bdepend, flags),
                   ebuild::evaluate_conditionals(m.rdepend, flags), ebuild::evaluate_conditionals(m.pdepend, flags),
                   ebuild::evaluate_conditionals(m.idepend, flags)});
  if (request_.test_dependencies && is_target(id)) {
    const repository::FlagState* test = this->flags(id).find("test");
    if (test && !test->enabled && !test->locked) {
      ebuild::UseSet with_test = flags;
      with_test.insert("test");
      instance.dependencies->depend = ebuild::evaluate_conditionals(m.depend, with_test);
      instance.dependencies->bdepend = ebuild::evaluate_conditionals(m.bdepend, with_test);
    }
  }
  return *instance.dependencies;
}

bool Universe::has_visible(const ebuild::Atom& atom) {
  if (atom.block != ebuild::Block::none) return true;
  return std::ranges::any_of(versions(atom.name), [&](InstanceId id) {
    return matches(id, atom) && visibility(id).visibility == repository::Visibility::visible;
  });
}

bool Universe::is_target(InstanceId id) {
  auto& known = instances_[id].is_target;
  if (!known)
    known = std::ranges::any_of(request_.targets, [&](const ebuild::Atom& target) { return matches(id, target); });
  return *known;
}

const repository::VisibilityReason& Universe::visibility(InstanceId id) {
  Instance& instance = instances_[id];
  if (instance.visibility) return *instance.visibility;
  auto reason = request_.config->visibility(*instance.package);
  if (const Change* change = change_of(*instance.package)) {
    if (change->unmask) reason.masked = false;
    if (!change->keyword.empty()) reason.keyword.clear();
    if (!change->licenses.empty()) reason.licenses.clear();
    bool refused = !reason.properties.empty() || !reason.restrictions.empty();
    if (!reason.masked && reason.keyword.empty() && reason.licenses.empty() && !refused) reason = {};
  }
  instance.visibility = std::make_unique<repository::VisibilityReason>(std::move(reason));
  return *instance.visibility;
}

bool Universe::matches(InstanceId id, const ebuild::Atom& atom) {
  const repository::Package& p = package(id);
  return atom.matches(p.cpv, p.metadata.slot + "/" + p.metadata.subslot, p.repository ? p.repository->name() : "");
}

std::vector<Universe::UseMismatch> Universe::use_mismatches(InstanceId id, const ebuild::Atom& atom,
                                                            const ebuild::UseSet& use_of_dependent) {
  std::vector<UseMismatch> out;
  if (atom.use.empty()) return out;
  const auto& known = flags(id);
  auto has_flag = [&](std::string_view flag) { return known.contains(flag); };
  for (const ebuild::FlagDemand& demand : ebuild::flag_demands(atom, use_of_dependent)) {
    if (ebuild::meets(demand, use(id), has_flag)) continue;
    auto state = known.find(demand.flag);
    out.push_back({std::string(demand.flag), demand.on, state != nullptr, state && !state->locked});
  }
  // A flag without a default must be there also where its condition demands nothing of it (PMS 8.3.4).
  for (const ebuild::UseDependency& dependency : atom.use)
    if (!dependency.missing && !has_flag(dependency.flag) &&
        std::ranges::none_of(out, [&](const UseMismatch& m) { return m.flag == dependency.flag; }))
      out.push_back({dependency.flag, true, false, false});
  return out;
}

const std::vector<InstanceId>& Universe::candidates(const ebuild::DependencyNode& leaf, InstanceId owner) {
  auto& known = facts(leaf).candidates;
  if (!known) {
    known = find_candidates(leaf.atom, use_of_owner(owner));
    if (known->empty() && !request_.like_portage) known = candidates_by_new_name(leaf.atom, owner);
  }
  return *known;
}

// Of an ebuild that did not hear of profiles/updates. Portage brings only what is installed up to date.
std::vector<InstanceId> Universe::candidates_by_new_name(const ebuild::Atom& atom, InstanceId owner) {
  for (InstanceId id : versions(atom.name))
    if (matches(id, atom)) return {};
  ebuild::Atom renamed = atom;
  if (!request_.config->bring_up_to_date(renamed)) return {};
  std::vector<InstanceId> out = find_candidates(renamed, use_of_owner(owner));
  if (!out.empty() && owner != no_instance)
    old_names_.push_back(fmt::format("{}: '{}' is called '{}' now", text(owner), atom.text(), renamed.text()));
  return out;
}

// Of versions that differ only in flags that the user could set, the highest one decides: where its flags do not fit,
// a lower version does not take its place unasked.
std::vector<InstanceId> Universe::find_candidates(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent) {
  std::vector<InstanceId> out;
  for (InstanceId id : versions(atom.name)) {
    if (!matches(id, atom) || visibility(id).visibility != repository::Visibility::visible) continue;
    auto mismatches = use_mismatches(id, atom, use_of_dependent);
    if (mismatches.empty())
      out.push_back(id);
    else if (std::ranges::all_of(mismatches, [](const UseMismatch& m) { return m.can_change; }))
      break;
  }
  return out;
}

bool Universe::runs_with(InstanceId id, const ebuild::PackageName& name) {
  auto names_it = [&](const auto& self, const ebuild::DependencyNode& node) -> bool {
    if (node.is_leaf) return node.atom->block == ebuild::Block::none && node.atom->name == name;
    return std::ranges::any_of(node.children, [&](const auto& child) { return self(self, child); });
  };
  return names_it(names_it, dependencies(id).rdepend);
}

int Universe::base_provides(const ebuild::DependencyNode& leaf, InstanceId owner, DependencyClass kind) {
  if (!base_.by_name.contains(leaf.atom->name)) return -1;
  // What a tool needs to run is looked for where packages are: a library of the base root may be another version.
  bool programs =
      kind == DependencyClass::idepend || (kind == DependencyClass::bdepend && !runs_with(owner, leaf.atom->name));
  AtomFacts& known = facts(leaf);
  auto& base = programs ? known.base_for_programs : known.base;
  if (!base) base = base_.find(leaf.atom, use_of_owner(owner), programs);
  return *base;
}

int Universe::installed_in_slot_of(InstanceId id) {
  auto found = base_.by_name.find(package(id).cpv.name);
  if (found == base_.by_name.end()) return -1;
  for (int index : found->second)
    if (!base_.packages[static_cast<size_t>(index)].stand_in && base(index).slot == package(id).metadata.slot)
      return index;
  return -1;
}

InstanceId Universe::installed(int index) {
  auto [entry, fresh] = installed_.try_emplace(index, static_cast<InstanceId>(instances_.size()));
  if (!fresh) return entry->second;
  repository::InstalledPackage& package = base_.packages[static_cast<size_t>(index)];
  read_slot(package);
  read_flags(package);
  Instance& instance = instances_.emplace_back();
  instance.installed = std::make_unique<repository::Package>(as_package(package));
  instance.package = instance.installed.get();
  repository::FlagStates::List states;
  for (const std::string& flag : package.iuse)
    states.push_back({flag, {package.use.contains(flag), true, "installed"}});
  instance.changed_flags = std::make_unique<repository::FlagStates>(std::move(states), nullptr);
  instance.flags = instance.changed_flags.get();
  instance.use = std::make_unique<ebuild::UseSet>(package.use);
  return entry->second;
}

int Universe::base_blocked(const ebuild::DependencyNode& blocker, InstanceId owner) {
  return base_.by_name.contains(blocker.atom->name) ? base_.find(blocker.atom, use_of_owner(owner), false, true) : -1;
}

bool Universe::image_provides(const ebuild::DependencyNode& leaf, InstanceId owner) {
  auto& known = facts(leaf).image_provides;
  if (!known) known = find_in_image(leaf.atom, use_of_owner(owner));
  return *known;
}

bool Universe::find_in_image(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent) {
  if (image_.find(atom, use_of_dependent, true) >= 0) return true;
  for (const ebuild::Atom& provided : request_.image_provides) {
    if (provided.name != atom.name) continue;
    if (!provided.slot.empty() && !atom.slot.empty() && provided.slot != atom.slot) continue;
    // A version is compared where both sides give one: "=sys-libs/glibc-2.36" does not satisfy ">=sys-libs/glibc-2.38".
    if (provided.op == ebuild::Operator::none || atom.matches(ebuild::Cpv{provided.name, provided.version}))
      return true;
  }
  return false;
}

bool Universe::package_provided(const ebuild::DependencyNode& leaf) {
  if (provided_by_name_.empty()) return false;
  auto& known = facts(leaf).package_provided;
  if (!known) known = find_provided(leaf.atom);
  return *known;
}

// package.provided knows no slots and no flags, so a line stands for each of them.
bool Universe::find_provided(const ebuild::Atom& atom) const {
  auto found = provided_by_name_.find(atom.name);
  return found != provided_by_name_.end() &&
         std::ranges::any_of(found->second, [&](const ebuild::Cpv& cpv) { return atom.matches(cpv); });
}

std::string nearest_package(const ebuild::PackageName& name,
                            const std::vector<std::shared_ptr<repository::Repository>>& repositories) {
  std::vector<std::string> names, same_package;
  for (const auto& repository : repositories)
    for (const ebuild::PackageName& known : repository->names()) {
      if (known.package == name.package) same_package.push_back(known.text());
      names.push_back(known.text());
    }
  if (!same_package.empty()) {  // the right package in the wrong category
    std::sort(same_package.begin(), same_package.end(), [&](const std::string& a, const std::string& b) {
      return std::pair(util::edit_distance(name.text(), a), a) < std::pair(util::edit_distance(name.text(), b), b);
    });
    return same_package.front();
  }
  return util::nearest(name.text(), names);
}

bool is_unreadable(const ebuild::PackageName& name,
                   const std::vector<std::shared_ptr<repository::Repository>>& repositories) {
  return std::ranges::any_of(repositories, [&](const auto& repository) {
    return std::ranges::find(repository->names(), name) != repository->names().end() &&
           repository->versions(name).empty();
  });
}

}  // namespace cooper::resolve

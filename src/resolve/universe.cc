#include "resolve/universe.h"

#include <algorithm>

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

Universe::Universe(const Request& request) : request_(request) {
  for (size_t i = 0; i < request.base_provides.size(); ++i)
    base_by_name_[request.base_provides[i].name.text()].push_back(static_cast<int>(i));
  for (ebuild::Cpv& cpv : request.config->provided()) {
    std::string name = cpv.name.text();
    provided_by_name_[name].push_back(std::move(cpv));
  }
}

std::string Universe::slot_text(InstanceId id) const {
  const auto& metadata = package(id).metadata;
  return metadata.subslot.empty() || metadata.subslot == metadata.slot ? metadata.slot
                                                                       : metadata.slot + "/" + metadata.subslot;
}

const std::vector<InstanceId>& Universe::versions(const ebuild::PackageName& name) {
  auto [entry, fresh] = by_name_.try_emplace(name.text());
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

const ebuild::UseSet& Universe::use(InstanceId id) {
  Instance& instance = instances_[id];
  if (!instance.use) instance.use = std::make_unique<ebuild::UseSet>(request_.config->use(*instance.package));
  return *instance.use;
}

const std::map<std::string, repository::FlagState>& Universe::flags(InstanceId id) {
  Instance& instance = instances_[id];
  if (!instance.flags)
    instance.flags =
        std::make_unique<std::map<std::string, repository::FlagState>>(request_.config->flags(*instance.package));
  return *instance.flags;
}

const Dependencies& Universe::dependencies(InstanceId id) {
  const ebuild::UseSet& flags = use(id);
  Instance& instance = instances_[id];
  if (!instance.dependencies) {
    const repository::Metadata& m = instance.package->metadata;
    instance.dependencies = std::make_unique<Dependencies>(
        Dependencies{evaluate_conditionals(m.depend, flags), evaluate_conditionals(m.bdepend, flags),
                     evaluate_conditionals(m.rdepend, flags), evaluate_conditionals(m.pdepend, flags),
                     evaluate_conditionals(m.idepend, flags)});
  }
  return *instance.dependencies;
}

const repository::VisibilityReason& Universe::visibility(InstanceId id) {
  Instance& instance = instances_[id];
  if (!instance.visibility)
    instance.visibility =
        std::make_unique<repository::VisibilityReason>(request_.config->visibility(*instance.package));
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
  auto has_flag = [&](std::string_view flag) { return known.contains(std::string(flag)); };
  for (const ebuild::FlagDemand& demand : ebuild::flag_demands(atom, use_of_dependent))
    if (!ebuild::meets(demand, use(id), has_flag))
      out.push_back({std::string(demand.flag), demand.on, has_flag(demand.flag)});
  return out;
}

std::vector<InstanceId> Universe::candidates(const ebuild::Atom& atom, const ebuild::UseSet& use_of_dependent) {
  std::vector<InstanceId> out;
  for (InstanceId id : versions(atom.name))
    if (matches(id, atom) && visibility(id).visibility == repository::Visibility::visible &&
        use_mismatches(id, atom, use_of_dependent).empty())
      out.push_back(id);
  return out;
}

namespace {

// Whether a package of which only name and version are known satisfies an atom. Where the atom names a slot, slots that
// follow versions (python:3.11, autoconf:2.71) can be told from the version; "0" is what most packages have.
bool provides(const ebuild::Cpv& cpv, const ebuild::Atom& atom) {
  if (!atom.matches(cpv)) return false;
  if (atom.slot.empty() || atom.slot == "0") return true;
  auto slot = ebuild::Version::parse(atom.slot);
  return !slot || cpv.version.has_prefix(*slot);
}

}  // namespace

int Universe::base_provides(const ebuild::Atom& atom) const {
  auto found = base_by_name_.find(atom.name.text());
  if (found == base_by_name_.end()) return -1;
  for (int index : found->second)
    if (provides(request_.base_provides[static_cast<size_t>(index)], atom)) return index;
  return -1;
}

bool Universe::image_provides(const ebuild::Atom& atom) const {
  for (const ebuild::Atom& provided : request_.image_provides) {
    if (provided.name != atom.name) continue;
    if (!provided.slot.empty() && !atom.slot.empty() && provided.slot != atom.slot) continue;
    // A version is compared where both sides give one: "=sys-libs/glibc-2.36" does not satisfy ">=sys-libs/glibc-2.38".
    if (provided.op == ebuild::Operator::none || atom.matches(ebuild::Cpv{provided.name, provided.version}))
      return true;
  }
  return false;
}

bool Universe::package_provided(const ebuild::Atom& atom) const {
  auto found = provided_by_name_.find(atom.name.text());
  return found != provided_by_name_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                         [&](const ebuild::Cpv& cpv) { return provides(cpv, atom); });
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

}  // namespace cooper::resolve

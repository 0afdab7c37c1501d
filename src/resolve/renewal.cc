// What is installed, and whether it is taken as it is: as emerge's --update, --deep, --newuse and the like.
#include <algorithm>

#include "resolve/search.h"

namespace cooper::resolve {

using ebuild::DependencyNode;
using ebuild::SlotOperator;

// Candidates in the order of preference; what is installed and serves among them: first of all, or where an update is
// asked for, where its version stands.
void Search::add_options(Requirement& requirement, int installed) {
  const Renewal& renewal = universe_.request().renewal;
  const auto& candidates = universe_.candidates(*requirement.node, requirement.owner);
  auto& options = requirement.options;
  for (InstanceId id : candidates) options.push_back(positive(in_root(requirement.root, id)));
  if (installed < 0) return;
  bool update = renewal.update && requirement.depth <= renewal.depth;
  size_t place = 0;
  const repository::InstalledPackage& package = universe_.base(installed);
  auto equal = std::ranges::find_if(candidates, [&](InstanceId id) {
    const repository::Package& ebuild = universe_.package(id);
    return ebuild.cpv.version == package.cpv.version && ebuild.metadata.slot == package.slot;
  });
  if (equal != candidates.end() && is_to_be_renewed(installed, *equal, requirement.depth)) {
    auto again = options.begin() + (equal - candidates.begin());
    if (!update) std::rotate(options.begin(), again, again + 1);
    place = update ? static_cast<size_t>(equal - candidates.begin()) + 1 : 1;
  } else if (update) {
    // Masked by now: another version takes its place, be it lower. Gone by now: it stays where it would stand.
    const auto& all = universe_.versions(package.cpv.name);
    bool masked = equal == candidates.end() && std::ranges::any_of(all, [&](InstanceId id) {
                    return universe_.package(id).cpv.version == package.cpv.version;
                  });
    auto lower = std::ranges::find_if(
        candidates, [&](InstanceId id) { return universe_.package(id).cpv.version <= package.cpv.version; });
    place = masked ? candidates.size() : static_cast<size_t>(lower - candidates.begin());
  }
  options.insert(options.begin() + static_cast<long>(place), positive(stays(installed)));
  if (!keeps_versions_ || equal == candidates.end()) return;
  for (InstanceId id : candidates) {
    const repository::Package& lower = universe_.package(id);
    if (lower.cpv.version >= package.cpv.version || lower.metadata.slot != package.slot) continue;
    add_clause({negative(in_root(requirement.root, id))},
               {.kind = ClauseMeaning::Kind::kept,
                .a = id,
                .text = "but " + package.cpv.text() + " is installed, which is higher than " + universe_.text(id)});
  }
}

// Whether the ebuild of the very version that is installed would come to something else.
bool Search::is_to_be_renewed(int base, InstanceId id, int depth) {
  const Renewal& renewal = universe_.request().renewal;
  if (renewal.new_use || renewal.changed_use) {
    InstanceId installed = universe_.installed(base);
    const auto &was = universe_.flags(installed), &is = universe_.flags(id);
    for (const auto& [flag, unused] : universe_.package(id).metadata.iuse) {
      const repository::FlagState *before = was.find(flag), *now = is.find(flag);
      if (before ? now && before->enabled != now->enabled : renewal.new_use) return true;
    }
    for (const auto& [flag, unused] : universe_.package(installed).metadata.iuse)
      if (renewal.new_use && !universe_.package(id).metadata.has_iuse(flag)) return true;
  }
  if (!renewal.update || depth >= renewal.depth) return false;
  auto [known, fresh] = built_with_another_.try_emplace({base, id});
  if (fresh) known->second = is_built_with_another(base, id);
  return known->second;
}

// What all of the needs of a package that its build binds it to by name (":=") agree on, the best first.
std::vector<InstanceId> Search::libraries_for(InstanceId id, DependencyClass kind, const ebuild::PackageName& name) {
  std::optional<std::vector<InstanceId>> out;
  for (const DependencyNode* leaf : ebuild::leaves(universe_.dependencies(id).of(kind))) {
    if (leaf->atom->name != name || leaf->atom->slot_operator != SlotOperator::equal) continue;
    const auto& candidates = universe_.candidates(*leaf, id);
    if (!out) out = candidates;
    std::erase_if(*out, [&](InstanceId other) { return std::ranges::find(candidates, other) == candidates.end(); });
  }
  return out.value_or(std::vector<InstanceId>{});
}

// Whether it was built with another slot of a library than it would be now ("dev-libs/icu:0/72=", and there is 0/74).
// Where that library does not come for some reason, building it again gives nothing.
bool Search::is_built_with_another(int base, InstanceId id) {
  InstanceId installed = universe_.installed(base);
  std::vector<Literal> others;
  for (DependencyClass kind : {DependencyClass::rdepend, DependencyClass::depend, DependencyClass::bdepend})
    for (const DependencyNode* then : ebuild::leaves(universe_.dependencies(installed).of(kind))) {
      if (then->atom->slot_operator != SlotOperator::equal || then->atom->slot.empty()) continue;
      const auto same = [&](InstanceId library) {
        const auto& m = universe_.package(library).metadata;
        return m.slot == then->atom->slot && (then->atom->subslot.empty() || m.subslot == then->atom->subslot);
      };
      for (InstanceId library : libraries_for(id, kind, then->atom->name)) {
        if (same(library)) break;
        others.push_back(positive(in_root(image_root, library)));
        if (int there = universe_.installed_in_slot_of(library);
            there >= 0 && universe_.base(there).subslot == universe_.package(library).metadata.subslot)
          others.push_back(positive(stays(there)));
      }
    }
  if (others.empty()) return false;
  demand({positive(in_root(image_root, id))}, others,
         {.kind = ClauseMeaning::Kind::kept,
          .a = id,
          .text = "but " + universe_.text(id) + " is installed, and nothing that it is built with is new"});
  return true;
}

// Down to the depth that was asked for, what is installed is renewed with what it needs.
void Search::expand_installed(Variable v) {
  VariableMeaning meaning = variables_[static_cast<size_t>(v)];
  int depth = depths_[static_cast<size_t>(v)], most = universe_.request().renewal.depth;
  bool is_step = depth == 0 || universe_.base(meaning.branch).cpv.name.category != "virtual";
  if (depth > most || (depth == most && is_step)) return;
  InstanceId id = universe_.installed(meaning.branch);
  for (DependencyClass kind : all_dependency_classes) add_dependencies(id, kind, image_root, positive(v));
}

}  // namespace cooper::resolve

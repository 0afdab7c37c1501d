#include "resolve/rejection.h"

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::resolve {

namespace {

std::string signed_flag(const std::string& flag, bool on) { return on ? flag : "-" + flag; }

// What one ebuild that has the right version and slot lacks in USE flags.
void reject_use(Universe& universe, InstanceId id, const std::vector<Universe::UseMismatch>& mismatches,
                Rejection& out) {
  std::vector<std::string> changes;
  bool can_change = true;
  for (const auto& mismatch : mismatches) {
    const auto& flags = universe.flags(id);
    auto state = flags.find(mismatch.flag);
    if (!state) {
      out.reasons.push_back(fmt::format("{}: has no USE flag '{}'", universe.text(id), mismatch.flag));
      can_change = false;
      continue;
    }
    std::string set_by = state->set_by.empty() ? "" : fmt::format(" ({})", state->set_by);
    out.reasons.push_back(fmt::format("{}: '{}' is {}{}, but must be {}", universe.text(id), mismatch.flag,
                                      state->enabled ? "on" : "off", set_by, mismatch.wanted ? "on" : "off"));
    can_change = can_change && !state->locked;
    changes.push_back(signed_flag(mismatch.flag, mismatch.wanted));
  }
  if (can_change && !changes.empty())
    out.remedies.push_back(spec_use_lines(universe.package(id).cpv.name.text(), changes));
}

}  // namespace

std::string repository_names(const Request& request) {
  std::vector<std::string> names;
  for (const auto& repository : request.repositories) names.push_back(repository->name());
  return util::join(names, ", ");
}

std::string spec_use_lines(std::string_view package, const std::vector<std::string>& flags) {
  std::string list;
  for (const std::string& flag : flags) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", flag);
  return fmt::format("[package.\"{}\"]\nuse = [{}]", package, list);
}

Rejection explain_rejection(Universe& universe, const ebuild::Atom& atom, InstanceId owner) {
  static const ebuild::UseSet nothing;
  const ebuild::UseSet& use = owner == no_instance ? nothing : universe.use(owner);
  Rejection out;
  const auto& versions = universe.versions(atom.name);
  if (versions.empty() && is_unreadable(atom.name, universe.request().repositories)) {
    out.reasons.push_back(fmt::format("no ebuild of {} can be read (searched in: {})", atom.name.text(),
                                      repository_names(universe.request())));
    return out;
  }
  if (versions.empty()) {
    out.reasons.push_back(
        fmt::format("no repository has {} (searched in: {})", atom.name.text(), repository_names(universe.request())));
    // Ebuilds seldom misspell a name: only a very near one is worth telling.
    if (std::string nearest = universe.nearest_name(atom.name);
        !nearest.empty() && util::edit_distance(nearest, atom.name.text()) <= 2)
      out.remedies.push_back(fmt::format("the nearest name is '{}'", nearest));
    return out;
  }
  std::vector<std::string> others;  // wrong version or slot
  for (InstanceId id : versions) {
    if (!universe.matches(id, atom)) {
      others.push_back(fmt::format("{}:{}", universe.package(id).cpv.version.text(), universe.slot_text(id)));
      continue;
    }
    const auto& visibility = universe.visibility(id);
    if (visibility.visibility != repository::Visibility::visible) {
      out.reasons.push_back(fmt::format("{}: masked: {}", universe.text(id), visibility.why));
      if (!visibility.remedy.empty()) out.remedies.push_back(visibility.remedy);
    } else {
      reject_use(universe, id, universe.use_mismatches(id, atom, use), out);
    }
  }
  if (out.reasons.empty())
    out.reasons.push_back("no ebuild has such a version or slot; there are: " + util::join(others, ", "));
  return out;
}

}  // namespace cooper::resolve

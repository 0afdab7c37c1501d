#include "resolve/spec_check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "resolve/universe.h"
#include "util/text.h"

namespace cooper::resolve {

namespace {

using Repositories = std::vector<std::shared_ptr<repository::Repository>>;

bool has_wildcard(const ebuild::Atom& atom) { return atom.name.text().contains('*'); }

std::vector<const repository::Package*> matching(const ebuild::Atom& atom, const Repositories& repositories) {
  std::vector<const repository::Package*> out;
  for (const auto& repository : repositories)
    for (const repository::Package* package : repository->versions(atom.name))
      if (atom.matches(package->cpv, package->metadata.slot + "/" + package->metadata.subslot, repository->name()))
        out.push_back(package);
  return out;
}

// The known name nearest to one that does not exist, as a hint.
std::string hint_for(const ebuild::PackageName& name, const Repositories& repositories) {
  std::string nearest = nearest_package(name, repositories);
  return nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest);
}

Result<> check_atom(const spec::Located<ebuild::Atom>& atom, const Repositories& repositories, std::string_view key) {
  if (has_wildcard(atom.value) || !matching(atom.value, repositories).empty()) return {};
  bool known = std::any_of(repositories.begin(), repositories.end(),
                           [&](const auto& r) { return !r->versions(atom.value.name).empty(); });
  if (known)
    return fail(ErrorKind::usage, fmt::format("{}: no ebuild matches '{}'", key, atom.value.text()), atom.where);
  if (is_unreadable(atom.value.name, repositories))
    return fail(ErrorKind::usage, fmt::format("{}: no ebuild of '{}' can be read", key, atom.value.name.text()),
                atom.where);
  return fail(ErrorKind::usage, fmt::format("{}: there is no package '{}'", key, atom.value.name.text()), atom.where,
              {}, hint_for(atom.value.name, repositories));
}

std::string without_sign(const std::string& flag) { return flag.starts_with('-') ? flag.substr(1) : flag; }

Result<> check_flags(const spec::PackageSpec& package, const Repositories& repositories,
                     const repository::Config& config) {
  std::set<std::string> known;
  for (const repository::Package* match : matching(package.atom.value, repositories))
    for (const auto& [flag, state] : config.flags(*match).all()) known.emplace(flag);
  for (const spec::Located<std::string>& flag : package.use) {
    std::string name = without_sign(flag.value);
    if (name == "*" || known.contains(name)) continue;
    std::vector<std::string> names(known.begin(), known.end());
    std::string nearest = util::nearest(name, names);
    std::string hint = nearest.empty() ? fmt::format("its flags are: {}", util::join(names, ", "))
                                       : fmt::format("did you mean '{}'?", nearest);
    if (names.empty()) hint = "it has no flags at all";
    return fail(ErrorKind::usage, fmt::format("{} has no USE flag '{}'", package.atom.value.text(), name), flag.where,
                {}, hint);
  }
  return {};
}

}  // namespace

Result<> check_spec(const spec::ImageSpec& spec, const Repositories& repositories, const repository::Config& config) {
  for (const spec::PackageSpec& package : spec.package) {
    TRY(check_atom(package.atom, repositories, "package"));
    if (!has_wildcard(package.atom.value)) TRY(check_flags(package, repositories, config));
  }
  for (const auto& atom : spec.exclude) TRY(check_atom(atom, repositories, "exclude"));
  for (const auto& atom : spec.mask) TRY(check_atom(atom, repositories, "mask"));
  for (const auto& atom : spec.unmask) TRY(check_atom(atom, repositories, "unmask"));
  return {};
}

std::vector<std::string> unused_flags(const spec::ImageSpec& spec, const Plan& plan) {
  std::vector<std::string> out;
  for (const spec::Located<std::string>& flag : spec.use) {
    std::string name = without_sign(flag.value);
    bool known =
        name == "*" || std::any_of(plan.packages.begin(), plan.packages.end(),
                                   [&](const PlannedPackage& package) { return package.flags.contains(name); });
    if (!known) out.push_back(fmt::format("{}: no package of the plan has the USE flag '{}'", flag.where, name));
  }
  return out;
}

}  // namespace cooper::resolve

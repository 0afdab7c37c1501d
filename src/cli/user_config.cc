#include "cli/user_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "repository/lines.h"
#include "repository/repos_conf.h"
#include "repository/sets.h"
#include "repository/updates.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;
using Repositories = std::vector<std::shared_ptr<repository::Repository>>;

// Relative locations begin at the root that holds etc/portage.
fs::path base_of(const fs::path& portage_config) {
  bool usual = portage_config.filename() == "portage" && portage_config.parent_path().filename() == "etc";
  return usual ? portage_config.parent_path().parent_path() : portage_config;
}

}  // namespace

Result<> add_configured_repositories(spec::ImageSpec& spec) {
  if (spec.portage_config.empty()) return {};
  repository::ReposConf conf =
      TRY(repository::read_repos_conf(spec.portage_config / "repos.conf", base_of(spec.portage_config)));
  bool only_attributes = !spec.repositories.empty();
  for (repository::RepositoryEntry& entry : conf.repositories) {
    auto named = std::ranges::find(spec.repositories, entry.name, &spec::RepositorySpec::name);
    if (named == spec.repositories.end()) {
      if (only_attributes) continue;
      spec.repositories.push_back({.name = entry.name, .path = entry.location.string(), .where = entry.where});
      named = std::prev(spec.repositories.end());
    }
    named->masters = std::move(entry.masters);
    named->aliases = std::move(entry.aliases);
    named->default_master = conf.main;
  }
  return {};
}

Result<std::vector<std::string>> listed_categories(const spec::ImageSpec& spec) {
  std::vector<fs::path> files;
  if (!spec.portage_config.empty()) files.push_back(spec.portage_config / "categories");
  for (const spec::RepositorySpec& repository : spec.repositories)
    if (!repository.path.empty()) files.push_back(fs::path(repository.path) / "profiles/categories");
  std::vector<std::string> out;
  for (const fs::path& file : files)
    for (const repository::Line& line : TRY(repository::read_lines(file, repository::Folders::recursive)))
      if (ebuild::is_category_name(line.text)) out.emplace_back(line.text);
  return out;
}

Result<std::vector<std::string>> expand_sets(spec::ImageSpec& spec, const Repositories& repositories,
                                             const repository::Config& config, const fs::path& root) {
  std::vector<std::string> sets(spec.packages.size());
  for (const auto& set : spec.sets) {
    auto members = repository::read_set(set.value, config, repositories, spec.portage_config, root);
    if (!members) {
      Error error = std::move(members).error();
      if (error.where.empty()) error.where = set.where;
      return std::unexpected(std::move(error));
    }
    for (const repository::SetMember& member : *members) {
      auto is_member = [&](const auto& known) { return known.value == member.atom; };
      if (std::ranges::any_of(spec.packages, is_member)) continue;
      spec.packages.push_back({member.atom, fmt::format("{} (@{})", set.where, set.value)});
      sets.push_back(set.value);
    }
  }
  return sets;
}

std::vector<std::string> bring_up_to_date(spec::ImageSpec& spec, const Repositories& repositories) {
  std::vector<const repository::Repository*> all;
  for (const auto& repository : repositories)
    for (const repository::Repository* link : repository->chain())
      if (std::ranges::find(all, link) == all.end()) all.push_back(link);
  repository::Updates updates(all);
  std::vector<std::string> out;
  auto apply = [&](spec::Located<ebuild::Atom>& atom) {
    std::string old = atom.value.text();
    if (updates.apply(atom.value))
      out.push_back(fmt::format("{}: '{}' is called '{}' now", atom.where, old, atom.value.text()));
  };
  for (auto* list : {&spec.packages, &spec.mask, &spec.unmask, &spec.exclude})
    for (auto& atom : *list) apply(atom);
  for (spec::PackageSpec& package : spec.package) apply(package.atom);
  return out;
}

}  // namespace cooper::cli

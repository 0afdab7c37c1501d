// `cooper search`, `show` and `use`: a look into the repositories, by themselves or as a spec has them.
#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/planning.h"
#include "cli/question.h"
#include "ebuild/dependency.h"
#include "repository/config.h"
#include "repository/repository.h"
#include "spec/spec.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;
using ebuild::PackageName;
using repository::Package;
using repository::Repository;

struct Arguments {
  std::string what;
  std::string spec;  // file, or "" for the bundled repository and what the situation says
  Situation situation;
};

// The repositories that are looked into, and what the profile says of their packages.
struct World {
  PlannedImage opened;
  std::vector<const Repository*> repositories;  // the most important first
};

Result<World> open_world(const Context& context, const Arguments& arguments) {
  spec::ImageSpec spec;
  if (!arguments.spec.empty()) spec = TRY(spec::load(arguments.spec));
  if (arguments.spec.empty()) spec.multilib = true;  // what the profile says, as Portage has it
  // The profile of a configuration is its make.profile, as for Portage.
  std::error_code ec;
  const std::string& configuration = arguments.situation.portage_config;
  if (!configuration.empty() && fs::exists(fs::path(configuration) / "make.profile", ec)) spec.profile.clear();
  pose(arguments.situation, spec);
  std::vector<std::string> notes;
  World world{TRY(cli::open_world(std::move(spec), context, notes)), {}};
  for (const std::string& note : notes) fmt::print(stderr, "warning: {}\n", note);
  for (const auto& repository : world.opened.repositories) world.repositories.push_back(repository.get());
  // The bundled one may be there for its profile only.
  if (!arguments.situation.repositories.empty()) world.repositories.resize(arguments.situation.repositories.size());
  return world;
}

// All versions of a package, the lowest first; of equal ones the most important repository's last.
std::vector<const Package*> versions_of(const World& world, const PackageName& name) {
  std::vector<const Package*> out;
  for (auto repository = world.repositories.rbegin(); repository != world.repositories.rend(); ++repository)
    for (const Package* package : (*repository)->versions(name)) out.push_back(package);
  std::ranges::stable_sort(out, [](const Package* a, const Package* b) { return a->cpv.version < b->cpv.version; });
  return out;
}

std::set<PackageName> names_of(const World& world) {
  std::set<PackageName> out;
  for (const Repository* repository : world.repositories)
    out.insert(repository->names().begin(), repository->names().end());
  return out;
}

std::string paint(bool on, const char* code, std::string_view text) {
  return on ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::search(text, part, [&](char a, char b) { return lower(a) == lower(b); }).begin() != text.end() ||
         part.empty();
}

// The packages that `what` names: "category/name", or "name" in any category. Error with the nearest name where there
// is none.
Result<std::vector<PackageName>> named(const World& world, const std::string& what) {
  std::vector<PackageName> out;
  std::vector<std::string> all;
  for (const PackageName& name : names_of(world)) {
    if (name.text() == what || name.package == what) out.push_back(name);
    all.push_back(what.find('/') == std::string::npos ? name.package : name.text());
  }
  if (!out.empty()) return out;
  std::string near = util::nearest(what, all);
  return fail(ErrorKind::usage, fmt::format("no package is called '{}'", what), world.repositories.front()->root(), {},
              near.empty() ? "`cooper search WORD` looks through names and descriptions"
                           : fmt::format("did you mean {}?", near));
}

Result<int> search(const Context& context, const Arguments& arguments) {
  World world = TRY(open_world(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  size_t found = 0;
  for (const PackageName& name : names_of(world)) {
    auto versions = versions_of(world, name);
    if (versions.empty()) continue;
    const Package& newest = *versions.back();
    if (!contains_ignoring_case(name.text(), arguments.what) &&
        !contains_ignoring_case(newest.metadata.description, arguments.what))
      continue;
    ++found;
    if (context.format == "json")
      json.push_back({{"name", name.text()},
                      {"version", newest.cpv.version.text()},
                      {"description", newest.metadata.description}});
    else
      fmt::print("{:<32} {:<12} {}\n", paint(context.color_stdout, "1", name.text()), newest.cpv.version.text(),
                 newest.metadata.description);
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return found > 0 ? 0 : 1;
}

void show_version(const Context& context, const Package& package) {
  const repository::Metadata& metadata = package.metadata;
  auto row = [&](const char* label, const std::string& value) {
    if (!value.empty()) fmt::print("    {:<12} {}\n", label, value);
  };
  fmt::print("  {}{}\n", paint(context.color_stdout, "1", package.cpv.version.text()),
             paint(context.color_stdout, "2", "::" + package.repository->name()));
  row("slot", metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot);
  row("keywords", fmt::format("{}", fmt::join(metadata.keywords, " ")));
  row("license", ebuild::to_text(metadata.license));
  row("depends", ebuild::to_text(metadata.rdepend));
  row("builds with", ebuild::to_text(metadata.bdepend));
  row("ebuild", package.ebuild().string());
}

Result<int> show(const Context& context, const Arguments& arguments) {
  World world = TRY(open_world(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::vector<PackageName> names = TRY(named(world, arguments.what));
  for (const PackageName& name : names) {
    auto versions = versions_of(world, name);
    if (context.format == "json") {
      for (const Package* package : versions) {
        nlohmann::ordered_json entry{{"package", package->cpv.text()}};
        for (const auto& [key, value] : package->metadata.keys()) entry[key] = value;
        json.push_back(entry);
      }
      continue;
    }
    fmt::print("{}\n", paint(context.color_stdout, "1;36", name.text()));
    if (!versions.empty())
      fmt::print("  {}\n  {}\n", versions.back()->metadata.description, versions.back()->metadata.homepage);
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) show_version(context, **it);
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return 0;
}

Result<int> use(const Context& context, const Arguments& arguments) {
  World world = TRY(open_world(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::vector<PackageName> names = TRY(named(world, arguments.what));
  for (const PackageName& name : names) {
    auto versions = versions_of(world, name);
    if (versions.empty()) continue;
    // The one that would be taken: the newest that is visible, or else the newest.
    auto visible = std::find_if(versions.rbegin(), versions.rend(), [&](const Package* candidate) {
      return world.opened.config->visibility(*candidate).visibility == repository::Visibility::visible;
    });
    const Package& package = visible == versions.rend() ? *versions.back() : **visible;
    auto descriptions = package.repository->flag_descriptions(name);
    if (context.format != "json") fmt::print("{}\n", paint(context.color_stdout, "1;36", package.cpv.text()));
    for (const auto& [flag, state] : world.opened.config->flags(package).all()) {
      if (!package.metadata.has_iuse(flag)) continue;
      if (context.format == "json") {
        json.push_back({{"package", package.cpv.text()},
                        {"flag", flag},
                        {"enabled", state.enabled},
                        {"set_by", state.set_by},
                        {"description", descriptions[std::string(flag)]}});
        continue;
      }
      std::string sign = state.enabled ? "+" : "-";
      fmt::print(" {} {:<20} {} {}\n", paint(context.color_stdout, state.enabled ? "32" : "2", sign), flag,
                 descriptions[std::string(flag)], paint(context.color_stdout, "2", fmt::format("({})", state.set_by)));
    }
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return 0;
}

}  // namespace

void add_show(Commands& commands) {
  auto add = [&commands](const char* name, const char* description, const char* operand,
                         Result<int> (*function)(const Context&, const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* app = commands.app.add_subcommand(name, description);
    app->add_option(operand, arguments->what)->required();
    app->add_option("--spec", arguments->spec, "look with the repositories and settings of this image spec")
        ->type_name("SPEC");
    add_situation_options(*app, arguments->situation);
    app->callback([&commands, arguments, function]() {
      commands.run = [&commands, arguments, function]() { return function(commands.context, *arguments); };
    });
  };
  add("search", "Search packages by name and description", "WORD", search);
  add("show", "Show a package: versions, slots, dependencies", "PACKAGE", show);
  add("use", "List a package's USE flags with their meaning and value", "PACKAGE", use);
}

}  // namespace cooper::cli

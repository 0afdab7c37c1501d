// `cooper search`, `show` and `use`: a look into the repositories, by themselves or as a spec has them.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <ranges>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/planning.h"
#include "cli/question.h"
#include "cli/terminal.h"
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

struct ShowArguments {
  std::string what;
  std::string spec;  // file, or "" for the bundled repository and what the situation says
  Situation situation;
};

// The repositories that are looked into, and what the profile says of their packages.
struct World {
  PlannedImage opened;
  std::vector<const Repository*> repositories;  // the most important first
};

Result<World> open_world(const Context& context, const ShowArguments& arguments) {
  spec::ImageSpec spec;
  if (!arguments.spec.empty()) spec = TRY(spec::load(arguments.spec));
  if (arguments.spec.empty()) spec.multilib = true;  // what the profile says, as Portage has it
  // The profile of a configuration is its make.profile, as for Portage.
  std::error_code ec;
  const std::string& configuration = arguments.situation.portage_config;
  if (!configuration.empty() && fs::exists(fs::path(configuration) / "make.profile", ec)) spec.profile.clear();
  TRY(pose(arguments.situation, spec));
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

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::search(text, part, [&](char a, char b) { return lower(a) == lower(b); }).begin() != text.end() ||
         part.empty();
}

// The version that a plan would take: the newest that is visible; or null.
const Package* taken_of(const World& world, const std::vector<const Package*>& versions) {
  auto visible = std::find_if(versions.rbegin(), versions.rend(), [&](const Package* candidate) {
    return world.opened.config->visibility(*candidate).visibility == repository::Visibility::visible;
  });
  return visible == versions.rend() ? nullptr : *visible;
}

// A package and those of its versions that were asked for, the lowest first.
struct Selection {
  PackageName name;
  std::vector<const Package*> versions;
};

Result<std::vector<PackageName>> packages_called(const World& world, const PackageName& wanted, bool any_category) {
  std::vector<PackageName> out;
  std::vector<std::string> all;
  for (const PackageName& name : names_of(world)) {
    if (any_category ? name.package == wanted.package : name == wanted) out.push_back(name);
    all.push_back(any_category ? name.package : name.text());
  }
  if (!out.empty()) return out;
  std::string what = any_category ? wanted.package : wanted.text();
  std::string near = util::nearest(what, all);
  return fail(ErrorKind::usage, fmt::format("no package is called '{}'", what), world.repositories.front()->root(), {},
              near.empty() ? "`cooper search WORD` looks through names and descriptions"
                           : fmt::format("did you mean {}?", near));
}

// None of the versions is what the atom asks for: what there is instead.
std::unexpected<Error> no_such_version(const World& world, const PackageName& name, const ebuild::Atom& atom,
                                       const std::string& what) {
  std::vector<std::string> slots, versions;
  for (const Package* package : versions_of(world, name) | std::views::reverse) {
    if (std::ranges::find(slots, package->metadata.slot) == slots.end()) slots.push_back(package->metadata.slot);
    versions.push_back(package->cpv.version.text());
  }
  if (atom.op == ebuild::Operator::none && atom.repository.empty() && !atom.slot.empty())
    return fail(ErrorKind::usage, fmt::format("{} has no version in slot {}", name.text(), atom.slot), {}, {},
                "there are " + util::join(slots, ", "));
  return fail(ErrorKind::usage, fmt::format("{} has no version that '{}' names", name.text(), what), {}, {},
              "there are " + util::join(versions, ", "));
}

// The packages that `what` names: "category/name", "name" in any category, "category/name-version", or an atom. Error
// with what is nearest where there is none.
Result<std::vector<Selection>> selected(const World& world, const std::string& what) {
  auto cpv = ebuild::Cpv::parse(what);
  ebuild::Atom atom = TRY(parse_wanted(cpv ? "=" + what : what));
  std::vector<Selection> out;
  for (const PackageName& name : TRY(packages_called(world, atom.name, lacks_category(atom)))) {
    ebuild::Atom own = atom;
    own.name = name;
    Selection selection{name, versions_of(world, name)};
    std::erase_if(selection.versions, [&](const Package* package) {
      const repository::Metadata& m = package->metadata;
      return !own.matches(package->cpv, m.slot + "/" + m.subslot, package->repository->name());
    });
    if (selection.versions.empty()) return no_such_version(world, name, atom, what);
    out.push_back(std::move(selection));
  }
  return out;
}

// "8.2.32", and in parentheses a newer one that is not taken: "(8.4.24 ~amd64)".
std::string version_summary(const World& world, const std::vector<const Package*>& versions, const Package* taken) {
  const Package& newest = *versions.back();
  std::string out = taken ? taken->cpv.version.text() : "";
  if (taken && taken->cpv.version == newest.cpv.version) return out;
  repository::VisibilityReason reason = world.opened.config->visibility(newest);
  std::string_view why =
      reason.visibility == repository::Visibility::masked_by_keyword ? std::string_view(reason.keyword) : "masked";
  return out + fmt::format("{}({} {})", out.empty() ? "" : " ", newest.cpv.version.text(), why);
}

Result<int> search(const Context& context, const ShowArguments& arguments) {
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
    const Package* taken = taken_of(world, versions);
    const Package& shown = taken ? *taken : newest;
    if (context.format == "json")
      json.push_back({{"name", name.text()},
                      {"version", shown.cpv.version.text()},
                      {"visible", taken != nullptr},
                      {"newest", newest.cpv.version.text()},
                      {"description", shown.metadata.description}});
    else
      fmt::print("{} {:<12} {}\n", painted(context.color_stdout, "1", fmt::format("{:<32}", name.text())),
                 version_summary(world, versions, taken), shown.metadata.description);
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  if (found == 0 && !context.quiet)
    fmt::print(stderr, "no package has '{}' in its name or description\n", arguments.what);
  return found > 0 ? 0 : 1;
}

// The flags of an ebuild, with the sign of its default.
std::string flags_of(const Package& package) {
  std::string out;
  for (const auto& [flag, fallback] : package.metadata.iuse)
    out += fmt::format("{}{}{}", out.empty() ? "" : " ", fallback > 0 ? "+" : "", flag);
  return out;
}

void show_version(const Context& context, const World& world, const Package& package, bool taken) {
  const repository::Metadata& metadata = package.metadata;
  const int width = terminal_width(STDOUT_FILENO);
  auto row = [&](const char* label, const std::string& value) {
    if (!value.empty()) fmt::print("    {:<12} {}\n", label, wrapped(value, 17, width));
  };
  std::string mark = taken ? "taken" : "";
  if (auto reason = world.opened.config->visibility(package); reason.visibility != repository::Visibility::visible)
    mark = "masked: " + reason.why;
  fmt::print("  {}{}{}\n", painted(context.color_stdout, "1", package.cpv.version.text()),
             painted(context.color_stdout, "2", "::" + package.repository->name()),
             mark.empty() ? "" : "  " + painted(context.color_stdout, taken ? "32" : "33", mark));
  row("slot", metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot);
  row("keywords", fmt::format("{}", fmt::join(metadata.keywords, " ")));
  row("license", ebuild::to_text(metadata.license));
  row("USE", flags_of(package));
  row("RDEPEND", ebuild::to_text(metadata.rdepend));
  row("DEPEND", ebuild::to_text(metadata.depend));
  row("BDEPEND", ebuild::to_text(metadata.bdepend));
  row("PDEPEND", ebuild::to_text(metadata.pdepend));
  row("ebuild", package.ebuild().string());
}

Result<int> show(const Context& context, const ShowArguments& arguments) {
  World world = TRY(open_world(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const auto& [name, versions] : TRY(selected(world, arguments.what))) {
    const Package* taken = taken_of(world, versions_of(world, name));
    if (context.format == "json") {
      for (const Package* package : versions) {
        repository::VisibilityReason reason = world.opened.config->visibility(*package);
        nlohmann::ordered_json entry{{"package", package->cpv.text()}, {"taken", package == taken}};
        if (reason.visibility != repository::Visibility::visible) entry["masked"] = reason.why;
        for (const auto& [key, value] : package->metadata.keys()) entry[key] = value;
        json.push_back(entry);
      }
      continue;
    }
    fmt::print("{}\n", painted(context.color_stdout, "1;36", name.text()));
    fmt::print("  {}\n  {}\n", versions.back()->metadata.description, versions.back()->metadata.homepage);
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) show_version(context, world, **it, *it == taken);
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return 0;
}

Result<int> use(const Context& context, const ShowArguments& arguments) {
  World world = TRY(open_world(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const auto& [name, versions] : TRY(selected(world, arguments.what))) {
    const Package* taken = taken_of(world, versions);
    const Package& package = taken ? *taken : *versions.back();
    auto descriptions = package.repository->flag_descriptions(name);
    if (context.format != "json") fmt::print("{}\n", painted(context.color_stdout, "1;36", package.cpv.text()));
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
      fmt::print(" {} {:<20} {} {}\n", painted(context.color_stdout, state.enabled ? "32" : "2", sign), flag,
                 descriptions[std::string(flag)],
                 painted(context.color_stdout, "2", fmt::format("({})", state.set_by)));
    }
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return 0;
}

}  // namespace

void add_show(Commands& commands) {
  auto add = [&commands](const char* name, const char* description, const char* operand, const char* operand_help,
                         Result<int> (*function)(const Context&, const ShowArguments&)) {
    auto arguments = std::make_shared<ShowArguments>();
    CLI::App* app = commands.app.add_subcommand(name, description);
    app->add_option(operand, arguments->what, operand_help)->required();
    app->add_option("--spec", arguments->spec, "look with the repositories and settings of this image spec")
        ->type_name("SPEC");
    add_situation_options(*app, arguments->situation);
    app->callback([&commands, arguments, function]() {
      commands.run = [&commands, arguments, function]() { return function(commands.context, *arguments); };
    });
  };
  constexpr const char* package_help = "jq, app-misc/jq, app-misc/jq-1.7, or an atom: dev-lang/php:8.2";
  add("search", "Search packages by name and description", "WORD", "a part of a name or description", search);
  add("show", "Show a package: versions, slots, dependencies", "PACKAGE", package_help, show);
  add("use", "List a package's USE flags with their meaning and value", "PACKAGE", package_help, use);
}

}  // namespace cooper::cli

// `cooper search`, `show` and `use`: a look into the repositories. `cooper log`: a package's build log.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "ebuild/dependency.h"
#include "repository/config.h"
#include "repository/repository.h"
#include "store/store.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;
using ebuild::PackageName;
using repository::Package;
using repository::Repository;

struct Arguments {
  std::string what;
  std::string repository;  // path; "" is the bundled one
  std::string profile = "cooper:default/linux/amd64";
};

Result<std::shared_ptr<Repository>> open_repository(const Context& context, const Arguments& arguments) {
  repository::OpenOptions options;
  options.runtime = context.data / "runtime";
  options.cache = context.cache_dir;
  return Repository::open(arguments.repository.empty() ? context.data / "ebuilds" : fs::path(arguments.repository), {},
                          options);
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
Result<std::vector<PackageName>> named(const Repository& repository, const std::string& what) {
  std::vector<PackageName> out;
  std::vector<std::string> all;
  for (const PackageName& name : repository.names()) {
    if (name.text() == what || name.package == what) out.push_back(name);
    all.push_back(what.find('/') == std::string::npos ? name.package : name.text());
  }
  if (!out.empty()) return out;
  std::string near = util::nearest(what, all);
  return fail(ErrorKind::usage, fmt::format("no package is called '{}'", what), repository.root(), {},
              near.empty() ? "`cooper search WORD` looks through names and descriptions"
                           : fmt::format("did you mean {}?", near));
}

Result<int> search(const Context& context, const Arguments& arguments) {
  auto repository = TRY(open_repository(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  size_t found = 0;
  for (const PackageName& name : repository->names()) {
    auto versions = repository->versions(name);
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
  fmt::print("  {}\n", paint(context.color_stdout, "1", package.cpv.version.text()));
  row("slot", metadata.subslot == metadata.slot ? metadata.slot : metadata.slot + "/" + metadata.subslot);
  row("keywords", fmt::format("{}", fmt::join(metadata.keywords, " ")));
  row("license", ebuild::to_text(metadata.license));
  row("depends", ebuild::to_text(metadata.rdepend));
  row("builds with", ebuild::to_text(metadata.bdepend));
  row("ebuild", package.ebuild().string());
}

Result<int> show(const Context& context, const Arguments& arguments) {
  auto repository = TRY(open_repository(context, arguments));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::vector<PackageName> names = TRY(named(*repository, arguments.what));
  for (const PackageName& name : names) {
    auto versions = repository->versions(name);
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
  auto repository = TRY(open_repository(context, arguments));
  auto config = TRY(repository::Config::load({repository}, arguments.profile, {}));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::vector<PackageName> names = TRY(named(*repository, arguments.what));
  for (const PackageName& name : names) {
    auto versions = repository->versions(name);
    if (versions.empty()) continue;
    auto descriptions = repository->flag_descriptions(name);
    const Package& package = *versions.back();
    if (context.format != "json") fmt::print("{}\n", paint(context.color_stdout, "1;36", package.cpv.text()));
    for (const auto& [flag, state] : config->flags(package)) {
      if (!package.metadata.has_iuse(flag)) continue;
      if (context.format == "json") {
        json.push_back({{"package", package.cpv.text()},
                        {"flag", flag},
                        {"enabled", state.enabled},
                        {"set_by", state.set_by},
                        {"description", descriptions[flag]}});
        continue;
      }
      std::string sign = state.enabled ? "+" : "-";
      fmt::print(" {} {:<20} {} {}\n", paint(context.color_stdout, state.enabled ? "32" : "2", sign), flag,
                 descriptions[flag], paint(context.color_stdout, "2", fmt::format("({})", state.set_by)));
    }
  }
  if (context.format == "json") fmt::print("{}\n", json.dump(2));
  return 0;
}

Result<int> log(const Context& context, const std::string& what) {
  store::Store store = TRY(store::Store::open(context.cache_dir));
  std::vector<fs::path> found;
  std::vector<std::string> all;
  std::error_code ec;
  for (const auto& entry : fs::recursive_directory_iterator(store.logs(), ec)) {
    if (entry.path().extension() != ".log") continue;
    std::string cpv = entry.path().parent_path().filename().string() + "/" + entry.path().stem().string();
    all.push_back(cpv);
    std::string name = what.find('/') == std::string::npos ? entry.path().stem().string() : cpv;
    auto parsed = ebuild::Cpv::parse(cpv);
    bool same_name = parsed && (parsed->name.text() == what || parsed->name.package == what);
    if (name == what || same_name) found.push_back(entry.path());
  }
  if (found.empty()) {
    std::string near = util::nearest(what, all);
    return fail(ErrorKind::usage, fmt::format("there is no build log of '{}'", what), store.logs(),
                "logs are kept of packages that were built here",
                near.empty() ? "" : fmt::format("did you mean {}?", near));
  }
  auto newest =
      std::ranges::max_element(found, {}, [&](const fs::path& path) { return fs::last_write_time(path, ec); });
  fmt::print("{}", TRY(util::read_file(*newest)));
  return 0;
}

}  // namespace

void add_show(Commands& commands) {
  auto add = [&commands](const char* name, const char* description, const char* operand,
                         Result<int> (*function)(const Context&, const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* app = commands.app.add_subcommand(name, description);
    app->add_option(operand, arguments->what)->required();
    app->add_option("--repository", arguments->repository, "path of the repository (default: the bundled one)")
        ->type_name("DIR");
    app->add_option("--profile", arguments->profile, "REPOSITORY:PROFILE, for flag values");
    app->callback([&commands, arguments, function]() {
      commands.run = [&commands, arguments, function]() { return function(commands.context, *arguments); };
    });
  };
  add("search", "Search packages by name and description", "WORD", search);
  add("show", "Show a package: versions, slots, dependencies", "PACKAGE", show);
  add("use", "List a package's USE flags with their meaning and value", "PACKAGE", use);

  auto what = std::make_shared<std::string>();
  CLI::App* app = commands.app.add_subcommand("log", "Print the build log of a package");
  app->add_option("PACKAGE", *what, "name, category/name or with version")->required();
  app->callback([&commands, what]() { commands.run = [&commands, what]() { return log(commands.context, *what); }; });
}

}  // namespace cooper::cli

// `cooper init`: a first spec.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/planning.h"
#include "cli/question.h"
#include "resolve/universe.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_spec = R"(# An image made from source: cooper build {2}
name     = "{0}"
packages = ["{1}"]

# [package."{3}"]
# use = ["some-flag", "-another"]       # cooper use {1} lists them

[config]
entrypoint = ["/usr/bin/{0}"]           # the program that the image is for

# [[test]]
# run             = ["/usr/bin/{0}", "--version"]
# stdout-contains = "{0}"
)";

// The package as an atom of the bundled repository, with its category.
Result<ebuild::Atom> existing_package(const Context& context, const std::string& package) {
  spec::ImageSpec spec;
  spec.packages.push_back({TRY(parse_wanted(package)), "the command line"});
  std::vector<std::string> notes;
  PlannedImage world = TRY(open_world(std::move(spec), context, notes));
  TRY(complete_names(world.spec, world.repositories));
  const ebuild::Atom& atom = world.spec.packages.front().value;
  std::vector<std::string> versions;
  for (const auto& repository : world.repositories)
    for (const repository::Package* found : repository->versions(atom.name)) {
      const repository::Metadata& m = found->metadata;
      if (atom.matches(found->cpv, m.slot + "/" + m.subslot, repository->name())) return atom;
      versions.push_back(fmt::format("{} (slot {})", found->cpv.version.text(), m.slot));
    }
  if (!versions.empty())
    return fail(ErrorKind::usage, fmt::format("no ebuild matches '{}'", atom.text()), {}, {},
                "there are " + util::join(versions, ", "));
  std::string nearest = resolve::nearest_package(atom.name, world.repositories);
  return fail(ErrorKind::usage, fmt::format("the bundled repository has no package '{}'", atom.name.text()), {}, {},
              nearest.empty() ? "`cooper search WORD` looks through names and descriptions"
                              : fmt::format("did you mean '{}'?", nearest));
}

Result<int> init(const Context& context, const std::string& package, const std::string& file) {
  ebuild::Atom atom = TRY(existing_package(context, package));
  fs::path path = file.empty() ? fs::path(atom.name.package + ".toml") : fs::path(file);
  std::error_code ec;
  if (fs::exists(path, ec))
    return fail(ErrorKind::usage, "the file is there already", path, {}, "name another one with --output");
  if (path.has_parent_path() && !fs::is_directory(path.parent_path(), ec))
    return fail(ErrorKind::usage, "the folder of the file is not there", path.parent_path());
  TRY(util::write_file(
      path, fmt::format(fmt::runtime(first_spec), atom.name.package, atom.text(), path.string(), atom.name.text())));
  fmt::print("{}\n", path.string());
  return 0;
}

}  // namespace

void add_init(Commands& commands) {
  auto package = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  CLI::App* app = commands.app.add_subcommand("init", "Write a first spec for a package");
  commands.formats[app] = {"text"};
  app->add_option("PACKAGE", *package, "a package of the bundled repository: jq, app-misc/jq, dev-lang/php:8.2")
      ->required();
  app->add_option("-o,--output", *file, "the file to write (default: NAME.toml)")->type_name("FILE");
  app->callback([&commands, package, file]() {
    commands.run = [&commands, package, file]() { return init(commands.context, *package, *file); };
  });
}

}  // namespace cooper::cli

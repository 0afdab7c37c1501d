// `cooper repo`: metadata caches, Manifests and checks of ebuild repositories.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "ebuild/stand_in.h"
#include "repository/maintain.h"
#include "repository/repository.h"
#include "sandbox/base_root.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;
using ebuild::PackageName;
using repository::Problem;
using repository::Repository;

struct RepoArguments {
  std::string path = ".";
  std::vector<std::string> others;  // --repository: what masters may name
  bool write_md5_cache = false;
  bool force = false;
  std::string distdir;
  std::string base = "debian:bookworm";
};

// The repository that holds `path`: itself or the nearest folder above with profiles/repo_name.
Result<fs::path> find_root(const std::string& path) {
  std::error_code ec;
  fs::path start = fs::canonical(path, ec);
  if (ec) return fail(ErrorKind::usage, "cannot open repository", path, ec.message());
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (fs::exists(folder / "profiles/repo_name", ec)) return folder;
    if (folder == folder.root_path()) break;
  }
  return fail(ErrorKind::usage, "not an ebuild repository", start,
              "neither this folder nor one above it has profiles/repo_name");
}

struct Opened {
  std::shared_ptr<Repository> repository;
  std::vector<std::shared_ptr<Repository>> others;
};

Result<Opened> open(const Context& context, const RepoArguments& arguments) {
  repository::OpenOptions options;
  options.runtime = context.data / "runtime";
  options.cache = context.cache_dir;
  Opened opened;
  fs::path root = TRY(find_root(arguments.path));
  // Any repository may have the bundled one as a master, unless a copy of it is named or is the one that is asked for.
  auto is_bundled = [](const fs::path& folder) {
    auto name = util::read_file(folder / "profiles/repo_name");
    return name && util::trim(*name) == "cooper";
  };
  bool named = is_bundled(root);
  for (const std::string& other : arguments.others) named = named || is_bundled(other);
  if (!named) opened.others.push_back(TRY(Repository::open(context.data / "ebuilds", {}, options)));
  // Given in any order: a repository whose master comes later in the list is tried again.
  std::vector<fs::path> waiting;
  for (const std::string& other : arguments.others) waiting.push_back(TRY(find_root(other)));
  while (!waiting.empty()) {
    std::vector<fs::path> failed;
    Error error;
    for (const fs::path& path : waiting) {
      auto other = Repository::open(path, opened.others, options);
      if (other) {
        opened.others.push_back(std::move(*other));
      } else {
        error = other.error();
        failed.push_back(path);
      }
    }
    if (failed.size() == waiting.size()) return std::unexpected(std::move(error));
    waiting = std::move(failed);
  }
  if (arguments.force) options.md5_cache = false, options.cache.clear();
  opened.repository = TRY(Repository::open(root, opened.others, options));
  auto chain = opened.repository->chain();
  if (!named && std::ranges::find(chain, opened.others.front().get()) == chain.end())
    opened.others.erase(opened.others.begin());  // not asked for: its packages must not satisfy anything
  return opened;
}

// Each problem a line, on stderr unless they are what was asked for; true where there are none.
bool print_problems(const Context& context, std::vector<Problem> problems, FILE* to = stderr) {
  std::sort(problems.begin(), problems.end(),
            [](const Problem& a, const Problem& b) { return std::tie(a.where, a.what) < std::tie(b.where, b.what); });
  bool color = to == stderr ? context.color_stderr : context.color_stdout;
  const char* red = color ? "\033[1;31m" : "";
  const char* reset = color ? "\033[0m" : "";
  for (const Problem& problem : problems) fmt::print(to, "{}{}:{} {}\n", red, problem.where, reset, problem.what);
  return problems.empty();
}

Result<int> index(const Context& context, const RepoArguments& arguments) {
  Opened opened = TRY(open(context, arguments));
  const Repository& repository = *opened.repository;
  TRY(repository::read_all(repository, context.jobs, interrupted()));
  repository::CacheReport report;
  if (arguments.write_md5_cache) {
    report = TRY(repository::write_md5_cache(repository));
  } else {
    for (const PackageName& name : repository.names()) report.ebuilds += repository.versions(name).size();
  }
  bool clean = print_problems(context, repository.problems());
  if (context.format == "json") {
    nlohmann::ordered_json json = {{"repository", repository.name()}, {"packages", repository.names().size()},
                                   {"ebuilds", report.ebuilds},       {"written", report.written},
                                   {"removed", report.removed},       {"problems", repository.problems().size()}};
    fmt::print("{}\n", json.dump(2));
  } else if (!context.quiet) {
    fmt::print("{}: {} in {}", repository.name(), util::count(report.ebuilds, "ebuild"),
               util::count(repository.names().size(), "package"));
    if (arguments.write_md5_cache) fmt::print("; md5-cache: {} written, {} removed", report.written, report.removed);
    fmt::print("\n");
  }
  return clean ? 0 : 1;
}

// The packages below `path`: one, those of a category, or all.
std::vector<PackageName> selected(const Repository& repository, const std::string& path) {
  std::error_code ec;
  fs::path relative = fs::canonical(path, ec).lexically_relative(repository.root());
  std::vector<std::string> parts;
  for (const fs::path& part : relative)
    if (part != ".") parts.push_back(part);
  std::vector<PackageName> out;
  for (const PackageName& name : repository.names())
    if ((parts.empty() || name.category == parts[0]) && (parts.size() < 2 || name.package == parts[1]))
      out.push_back(name);
  return out;
}

Result<int> manifest(const Context& context, const RepoArguments& arguments) {
  Opened opened = TRY(open(context, arguments));
  fs::path distfiles = arguments.distdir.empty() ? context.cache_dir / "distfiles" : fs::path(arguments.distdir);
  std::vector<PackageName> names = selected(*opened.repository, arguments.path);
  if (names.empty()) return fail(ErrorKind::usage, "there is no package here", arguments.path);
  bool complete = true;
  for (const PackageName& name : names) {
    auto report = TRY(repository::write_manifest(*opened.repository, name, distfiles));
    auto print = [&](const char* sign, const std::vector<std::string>& files) {
      for (const std::string& file : files) fmt::print("{} {} {}\n", sign, name.text(), file);
    };
    if (!context.quiet) print("+", report.added), print("!", report.replaced), print("-", report.removed);
    for (const std::string& file : report.missing) {
      fmt::print(stderr, "{}: {} is not in {} and has no line yet\n", name.text(), file, distfiles.string());
      complete = false;
    }
  }
  bool clean = print_problems(context, opened.repository->problems());
  return complete && clean ? 0 : 1;
}

Result<int> check(const Context& context, const RepoArguments& arguments) {
  Opened opened = TRY(open(context, arguments));
  TRY(repository::read_all(*opened.repository, context.jobs, interrupted()));
  std::set<PackageName> base_provides;
  for (const std::string& text : sandbox::provides_for(arguments.base))
    if (auto stand_in = ebuild::StandIn::parse(text)) base_provides.insert(stand_in->cpv.name);
  std::vector<Problem> problems = opened.repository->problems();
  std::ranges::move(repository::check_repository(opened.repository, opened.others, base_provides),
                    std::back_inserter(problems));
  if (context.format == "json") {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Problem& problem : problems) json.push_back({{"where", problem.where}, {"what", problem.what}});
    fmt::print("{}\n", json.dump(2));
    return problems.empty() ? 0 : 1;
  }
  bool clean = print_problems(context, std::move(problems), stdout);
  if (clean && !context.quiet) fmt::print("{}: nothing wrong found\n", opened.repository->name());
  return clean ? 0 : 1;
}

}  // namespace

void add_repo(Commands& commands) {
  CLI::App* repo = commands.app.add_subcommand("repo", "Index, check and maintain ebuild repositories");
  repo->require_subcommand(1);
  auto arguments = std::make_shared<RepoArguments>();
  auto add = [&](const char* name, const char* description, Result<int> (*run)(const Context&, const RepoArguments&)) {
    CLI::App* command = repo->add_subcommand(name, description);
    command->add_option("path", arguments->path, "the repository, or a folder in it (default: here)")
        ->type_name("PATH");
    command->add_option("--repository", arguments->others, "another repository that this one's masters may name")
        ->type_name("DIR");
    command->callback([&commands, arguments, run]() {
      commands.run = [&context = commands.context, arguments, run]() { return run(context, *arguments); };
    });
    return command;
  };
  CLI::App* index_command = add("index", "Read the metadata of all ebuilds into the cache", index);
  index_command->add_flag("--write-md5-cache", arguments->write_md5_cache,
                          "write metadata/md5-cache in the repository");
  index_command->add_flag("--force", arguments->force, "read every ebuild anew, whatever the caches hold");
  CLI::App* check_command = add("check", "Tell everything that is wrong with a repository", check);
  check_command->add_option("--base", arguments->base, "the base root whose tools BDEPEND may name")->type_name("BASE");
  CLI::App* manifest_command = add("manifest", "Write the Manifests from the distfiles that are there", manifest);
  commands.formats[manifest_command] = {"text"};
  manifest_command->add_option("--distdir", arguments->distdir, "where the distfiles are (default: the store's)")
      ->type_name("DIR");
}

}  // namespace cooper::cli

// `cooper shell`: a shell in a package's build sandbox, as a failed build left it or fresh.
#include <unistd.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "build/build_folder.h"
#include "build/builder.h"
#include "build/distfiles.h"
#include "cli/base.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/progress.h"
#include "sandbox/base_root.h"
#include "sandbox/sandbox.h"
#include "store/store.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;

struct ShellArguments {
  std::string first, second;  // [SPEC] PACKAGE
  bool fresh = false;
  std::string command;
};

bool names_package(const std::string& cpv, const std::string& what) {
  auto parsed = ebuild::Cpv::parse(cpv);
  return cpv == what || (parsed && (parsed->name.text() == what || parsed->name.package == what));
}

// The folders that failed builds left: "category/package-version".
std::vector<std::string> failed_builds(const store::Store& store) {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& category : fs::directory_iterator(store.root() / "failed", ec))
    for (const auto& package : fs::directory_iterator(category.path(), ec))
      out.push_back(category.path().filename().string() + "/" + package.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

Result<int> open_shell(const build::BuildAction& action, const store::BaseRoot& base, const build::BuildFolder& folder,
                       const ShellArguments& arguments) {
  sandbox::Command command = TRY(build::sandbox_command(action, base, folder));
  command.argv = {"/bin/bash", "--norc", "-i"};
  if (!arguments.command.empty()) command.argv = {"/bin/bash", "--norc", "-c", arguments.command};
  command.interactive = true;
  command.environment["PS1"] = fmt::format("({}) \\w \\$ ", action.cpv);
  if (const char* term = std::getenv("TERM")) command.environment["TERM"] = term;
  if (arguments.command.empty())
    fmt::print(stderr,
               "{}: phases run with `bash /cooper/runtime/ebuild.bash PHASE 3>/dev/null`; `exit` ends the shell\n",
               action.cpv);
  return TRY(sandbox::run(command)).exit_code;
}

Result<int> shell_in_failed(const store::Store& store, const std::string& cpv, const ShellArguments& arguments) {
  fs::path path = store.root() / "failed" / cpv;
  build::BuildAction action = TRY(build::read_action(path / "action"));
  auto base = TRY(store.base_with_id(action.base));
  if (!base)
    return fail(ErrorKind::failed, "the base root of that build is gone", path, {},
                fmt::format("build it again, or `cooper shell SPEC {}`", cpv));
  return open_shell(action, *base, build::BuildFolder{path}, arguments);
}

Result<int> fresh_shell(const store::Store& store, const Context& context, const std::string& spec_file,
                        const std::string& package, const ShellArguments& arguments) {
  PlannedImage planned = TRY(plan_image(TRY(spec::load(spec_file)), context));
  int index = -1;
  std::vector<std::string> names;
  for (size_t i = 0; i < planned.plan.packages.size(); ++i) {
    names.push_back(planned.plan.packages[i].package->cpv.text());
    if (names_package(names.back(), package)) index = static_cast<int>(i);
  }
  if (index < 0) {
    for (const resolve::ProvidedPackage& provided : planned.plan.provided)
      if (names_package(provided.cpv.text(), package))
        return fail(ErrorKind::usage, fmt::format("'{}' is not built: the base root has it", package), spec_file,
                    provided.by, fmt::format("`cooper why {} {}` tells who uses it", spec_file, package));
    std::string near = util::nearest(package, names);
    return fail(ErrorKind::usage, fmt::format("'{}' is not in the plan", package), spec_file, {},
                near.empty() ? "`cooper plan` lists what is" : fmt::format("did you mean {}?", near));
  }
  Progress progress(context);
  store::BaseRoot base =
      TRY(base_root(store, planned.spec.base_from,
                    {[&](std::string_view text) { progress.step(text); }, context.offline, &interrupted()}));
  sandbox::BaseDescription description = TRY(sandbox::describe_base(base));
  std::vector<const repository::Repository*> repositories;
  for (const auto& repository : planned.repositories) repositories.push_back(repository.get());
  build::BuildOptions options;
  options.runtime = context.data / "runtime";
  options.helper = context.helper;
  options.jobs = context.jobs;
  options.offline = context.offline;
  options.source_date_epoch = TRY(build::source_date_epoch(repositories));
  options.cancel = &interrupted();
  options.only = planned.plan.packages[index].build_closure;
  std::vector<store::BuiltPackage> built(planned.plan.packages.size());
  if (!options.only.empty())
    built = TRY(build::build_plan(planned.plan, *planned.config, store, base, description, options));
  build::BuildAction action =
      TRY(build::make_action(planned.plan, index, *planned.config, base, description, built, store, options));
  TRY(fetch::fetch_all(store, TRY(build::distfiles_of(planned.plan.packages[index], *planned.config)),
                       {.offline = context.offline, .cancel = &interrupted()}));
  auto scratch = TRY(store.scratch("shell"));
  build::BuildFolder folder = TRY(build::prepare_folder(action, scratch.path()));
  progress.finish();
  return open_shell(action, base, folder, arguments);
}

Result<int> shell(const Context& context, const ShellArguments& arguments) {
  TRY(sandbox::check());
  store::Store store = TRY(store::Store::open(context.cache_dir));
  bool has_spec = !arguments.second.empty();
  const std::string& package = has_spec ? arguments.second : arguments.first;
  std::vector<std::string> failed = failed_builds(store);
  if (!arguments.fresh)
    for (const std::string& cpv : failed)
      if (names_package(cpv, package)) return shell_in_failed(store, cpv, arguments);
  if (!has_spec)
    return fail(ErrorKind::usage, fmt::format("no failed build of '{}' is kept", package), store.root() / "failed",
                failed.empty() ? "no build failed lately" : "kept are: " + util::join(failed, ", "),
                fmt::format("a fresh sandbox needs the spec: cooper shell SPEC {}", package));
  return fresh_shell(store, context, arguments.first, package, arguments);
}

}  // namespace

void add_shell(Commands& commands) {
  auto arguments = std::make_shared<ShellArguments>();
  CLI::App* app =
      commands.app.add_subcommand("shell", "Open a shell in a package's build sandbox, as it failed or fresh");
  commands.formats[app] = {"text"};
  app->add_option("SPEC", arguments->first, "the spec; may be left out for a build that failed")->required();
  app->add_option("PACKAGE", arguments->second, "name, category/name or with version");
  app->add_option("-c,--command", arguments->command, "run this line of bash and end");
  app->add_flag("--fresh", arguments->fresh, "a new sandbox, although a failed build is kept");
  app->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return shell(commands.context, *arguments); };
  });
}

}  // namespace cooper::cli

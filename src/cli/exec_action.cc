// `cooper exec-action DIR`: one build action in this process; what a remote worker runs.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "build/action.h"
#include "cli/command.h"
#include "store/store.h"

namespace cooper::cli {

namespace {

Result<int> exec_action(const Context& context, const std::filesystem::path& directory) {
  build::BuildAction action = TRY(build::read_action(directory));
  store::Store store = TRY(store::Store::open(context.cache_dir));
  auto base = TRY(store.base_with_id(action.base));
  if (!base)
    return fail(
        ErrorKind::failed, fmt::format("the base root of this action is not in the store: {}", action.base), directory,
        {},
        "use the store of the cooper that wrote the action (--cache-dir), or make the base root with `cooper build`");
  std::string key = TRY(build::build_key(action));
  util::FileLock lock = TRY(store.lock("build-" + key));
  auto package = TRY(store.package(key));
  if (!package) {
    build::ExecuteOptions options;
    options.jobs = context.jobs;
    options.cancel = &interrupted();
    if (context.verbose)
      options.on_output = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
    if (!context.quiet)
      options.on_phase = [](const build::PhaseEvent& event) {
        if (!event.phase.empty()) fmt::print(stderr, "{}: {}\n", event.cpv, event.phase);
      };
    package = TRY(build::execute(action, store, *base, options));
  }
  fmt::print("{}\n", package->directory.string());
  return 0;
}

}  // namespace

void add_exec_action(Commands& commands) {
  CLI::App* command =
      commands.app.add_subcommand("exec-action", "Build one action from its folder; prints where the package lies");
  commands.formats[command] = {"text"};
  auto directory = std::make_shared<std::string>();
  command->add_option("DIR", *directory, "a folder with action.json")->required();
  command->callback([&commands, directory]() {
    commands.run = [&context = commands.context, directory]() { return exec_action(context, *directory); };
  });
}

}  // namespace cooper::cli

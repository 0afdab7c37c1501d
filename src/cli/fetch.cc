// `cooper fetch`: the distfiles of a plan, and nothing else.
#include <memory>
#include <mutex>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "build/distfiles.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/progress.h"
#include "fetch/fetch.h"
#include "spec/spec.h"
#include "store/store.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

struct FetchArguments {
  std::string spec;
  bool list = false;  // only tell what there is to fetch
};

Result<std::vector<fetch::Distfile>> all_distfiles(const resolve::Plan& plan, const repository::Config& config) {
  std::vector<fetch::Distfile> files;
  std::set<std::string> names;
  for (const resolve::PlannedPackage& planned : plan.packages)
    for (fetch::Distfile& file : TRY(build::distfiles_of(planned, config)))
      if (names.insert(file.name).second) files.push_back(std::move(file));
  return files;
}

void print_list(const std::vector<fetch::Distfile>& files, const Context& context, const store::Store& store) {
  if (context.format == "json") {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const fetch::Distfile& file : files)
      out.push_back({{"name", file.name},
                     {"bytes", file.size},
                     {"digests", file.digests},
                     {"urls", file.urls},
                     {"wanted_by", file.wanted_by},
                     {"path", (store.distfiles() / file.name).string()}});
    fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  for (const fetch::Distfile& file : files)
    fmt::print("{:>9}  {}  ({})\n", util::human_size(file.size), file.name, file.wanted_by);
}

Result<int> run_fetch(const Context& context, const FetchArguments& arguments) {
  PlannedImage planned = TRY(plan_image(TRY(spec::load(arguments.spec)), context));
  store::Store store = TRY(store::Store::open(context.cache_dir));
  std::vector<fetch::Distfile> files = TRY(all_distfiles(planned.plan, *planned.config));
  if (arguments.list) {
    print_list(files, context, store);
    return 0;
  }
  size_t loaded = 0;
  uint64_t bytes = 0;
  {
    Progress progress(context);
    std::mutex mutex;
    fetch::Options options;
    options.offline = context.offline;
    options.cancel = &interrupted();
    options.progress = [&](const fetch::Progress& event) {
      using State = fetch::Progress::State;
      std::lock_guard lock(mutex);
      if (event.state == State::done) ++loaded, bytes += event.size;
      if (event.state == State::done || event.state == State::cached)
        progress.fetched(event.name);
      else
        progress.fetching(event.name, event.have, event.size);
      if (event.state == State::retrying && context.verbose) progress.line(event.name + ": " + event.detail);
    };
    progress.step(fmt::format("fetching {}", util::count(files.size(), "distfile")));
    Result<> done = fetch::fetch_all(store, files, options);
    progress.finish();
    TRY(std::move(done));
  }
  if (context.format == "json")
    print_list(files, context, store);
  else
    fmt::print("{} in {}, {} loaded now ({})\n", util::count(files.size(), "distfile"), store.distfiles().string(),
               loaded, util::human_size(bytes));
  return 0;
}

}  // namespace

void add_fetch(Commands& commands) {
  auto arguments = std::make_shared<FetchArguments>();
  CLI::App* app = commands.app.add_subcommand(
      "fetch", "Fetch and verify the distfiles that building a spec needs, and build nothing");
  app->add_option("SPEC", arguments->spec, "the image spec, a TOML file")->required();
  app->add_flag("--list", arguments->list, "only list them");
  app->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return run_fetch(commands.context, *arguments); };
  });
}

}  // namespace cooper::cli

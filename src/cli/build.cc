// `cooper build`: the flow of ARCHITECTURE.md from top to bottom.
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "build/builder.h"
#include "cli/base.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "image/image.h"
#include "image/test.h"
#include "sandbox/base_root.h"
#include "spec/spec.h"
#include "store/store.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;

struct BuildArguments {
  std::string spec;
  std::vector<std::string> destinations;
  bool keep_going = false;
  bool run_src_test = false;
  bool skip_tests = false;
};

// What the command did, for the summary and --format=json.
struct Outcome {
  image::WrittenImage image;
  bool reused = false;  // the image was there already
  double seconds = 0;   // wall time of the whole command
  size_t packages = 0, built = 0;
  std::vector<std::string> written;  // destinations
};

std::vector<const repository::Repository*> pointers(const PlannedImage& planned) {
  std::vector<const repository::Repository*> out;
  for (const auto& repository : planned.repositories) out.push_back(repository.get());
  return out;
}

// The tag of the spec, or the version of the first package that it names.
std::string image_tag(const PlannedImage& planned) {
  if (planned.spec.tag) return *planned.spec.tag;
  if (planned.plan.requested.empty()) return "latest";
  return std::string(planned.plan.packages[planned.plan.requested.front()].package->cpv.version.without_revision());
}

sandbox::Limits limits_of(const spec::LimitsSpec& spec) {
  sandbox::Limits limits;
  limits.log_bytes = spec.log.value_or(limits.log_bytes);
  limits.processes = spec.processes.value_or(limits.processes);
  limits.seconds = spec.seconds.value_or(limits.seconds);
  limits.file_bytes = spec.file.value_or(limits.file_bytes);
  limits.memory_bytes = spec.memory.value_or(limits.memory_bytes);
  limits.free_bytes = spec.free.value_or(limits.free_bytes);
  return limits;
}

build::BuildOptions build_options(const PlannedImage& planned, const Context& context, bool keep_going, int64_t epoch,
                                  Progress& progress, size_t& built) {
  build::BuildOptions options;
  options.runtime = context.data / "runtime";
  options.helper = context.helper;
  options.jobs = context.jobs;
  options.offline = context.offline;
  options.run_tests = planned.config->asks_for_tests();
  options.limits = limits_of(planned.spec.limits);
  options.on_failure = keep_going ? build::OnFailure::keep_going : build::OnFailure::stop;
  options.source_date_epoch = epoch;
  options.cancel = &interrupted();
  if (context.verbose) options.on_output = [&progress](std::string_view text) { progress.output(text); };
  options.on_fetch = [&progress](const fetch::Progress& event) {
    if (event.state == fetch::Progress::State::done || event.state == fetch::Progress::State::cached)
      progress.fetched(event.name);
    else
      progress.fetching(event.name, event.have, event.size);
  };
  options.on_event = [&planned, &context, &progress, &built, keep_going](const build::PackageEvent& event) {
    using Kind = build::PackageEvent::Kind;
    const std::string name = planned.plan.packages[event.package].package->cpv.text();
    switch (event.kind) {
      case Kind::cached: progress.package_cached(name); break;
      case Kind::waiting_for_distfiles: break;
      case Kind::started: progress.package_started(name, event.seconds); break;
      case Kind::phase: progress.package_phase(name, event.phase); break;
      case Kind::built:
        ++built;
        progress.package_built(name, event.seconds);
        for (const std::string& warning : event.warnings) progress.line(fmt::format("warning: {}: {}", name, warning));
        break;
      case Kind::failed:
        progress.package_failed(name, event.seconds);
        if (keep_going) progress.line(error_text(*event.error, context.color_stderr));
        break;
      case Kind::stopped: progress.package_stopped(name, event.seconds); break;
    }
  };
  return options;
}

// For each package of the image, what its install phases call: IDEPEND and what that needs to run.
std::map<std::string, std::vector<fs::path>> install_tools(const resolve::Plan& plan,
                                                           const std::vector<store::BuiltPackage>& built) {
  std::map<std::string, std::vector<fs::path>> out;
  for (size_t i = 0; i < built.size(); ++i) {
    const resolve::PlannedPackage& package = plan.packages[i];
    if (!package.in_image || package.idepend.empty()) continue;
    std::set<int, std::greater<>> tools;  // what is built last comes topmost, as in builds
    std::vector<int> todo = package.idepend;
    while (!todo.empty()) {
      int tool = todo.back();
      todo.pop_back();
      if (!tools.insert(tool).second) continue;
      todo.insert(todo.end(), plan.packages[tool].rdepend.begin(), plan.packages[tool].rdepend.end());
    }
    for (int tool : tools) out[built[i].facts.cpv].push_back(built[tool].directory / "root");
  }
  return out;
}

// The built packages of the image, dependencies first, without those that the spec excludes.
std::vector<store::BuiltPackage> image_packages(const PlannedImage& planned, std::vector<store::BuiltPackage> built) {
  std::vector<store::BuiltPackage> out;
  for (size_t i = 0; i < built.size(); ++i)
    if (planned.plan.packages[i].in_image) out.push_back(std::move(built[i]));
  return out;
}

// Assembles, tests and writes the image, or finds the one that the same input made before.
Result<image::WrittenImage> make_image(const image::AssembleInput& input, const Context& context,
                                       const BuildArguments& arguments, Progress& progress, bool& reused) {
  std::string key = TRY(image::image_key(input));
  fs::path layout = input.store->images() / key;
  util::FileLock lock = TRY(input.store->lock("image-" + key));
  std::error_code ec;
  if (fs::exists(layout / "index.json", ec)) {
    auto found = image::read_layout(layout);
    if (found) {
      reused = true;
      return found;
    }
    TRY(util::remove_tree(layout));
  }
  progress.step("assembling the image");
  image::Image assembled = TRY(image::assemble(input));
  for (const std::string& warning : assembled.warnings) progress.line("warning: " + warning);
  if (interrupted()) return fail(ErrorKind::interrupted, "interrupted");
  if (!arguments.skip_tests && !input.spec->tests.empty()) {
    progress.step(fmt::format("running {}", util::count(input.spec->tests.size(), "test")));
    TRY(image::run_tests(assembled, input.spec->tests, *input.store, &interrupted()));
  }
  progress.step("writing the image");
  util::TemporaryDirectory scratch = TRY(input.store->scratch("layout"));
  TRY(image::write_layout(assembled, scratch.path() / "layout"));
  fs::rename(scratch.path() / "layout", layout, ec);
  if (ec) return fail(ErrorKind::failed, "cannot put the image into the store", layout, ec.message());
  (void)context;
  return image::read_layout(layout);
}

void print_text(const Outcome& outcome, const Context& context) {
  const image::WrittenImage& image = outcome.image;
  auto bold = [&](std::string_view text) {
    return context.color_stdout ? fmt::format("\033[1m{}\033[0m", text) : std::string(text);
  };
  fmt::print("{}  {}\n", bold(fmt::format("{}:{}", image.name, image.tag)), image.manifest_digest);
  fmt::print("  {} unpacked, {} compressed · {}, {} built now · {}\n", util::human_size(image.unpacked_size),
             util::human_size(image.compressed_size), util::count(outcome.packages, "package"), outcome.built,
             util::human_time(outcome.seconds));
  if (!outcome.reused || context.verbose) {
    for (const image::PackageShare& share : image.shares)
      fmt::print("  {:>10}  {}\n", util::human_size(share.bytes), share.owner);
    for (const image::Adoption& adoption : image.adopted)
      fmt::print("  adopted {}  ({}, from {}; needed by {})\n", adoption.path, adoption.reason, adoption.base_package,
                 adoption.needed_by);
  }
  for (const std::string& destination : outcome.written) fmt::print("  → {}\n", destination);
}

void print_json(const Outcome& outcome) {
  const image::WrittenImage& image = outcome.image;
  nlohmann::ordered_json out;
  out["name"] = image.name;
  out["tag"] = image.tag;
  out["digest"] = image.manifest_digest;
  out["config_digest"] = image.config_digest;
  out["unpacked_bytes"] = image.unpacked_size;
  out["compressed_bytes"] = image.compressed_size;
  out["layout"] = image.layout.string();
  out["packages"] = outcome.packages;
  out["built"] = outcome.built;
  out["seconds"] = outcome.seconds;
  out["destinations"] = outcome.written;
  for (const image::PackageShare& share : image.shares)
    out["shares"].push_back(
        {{"owner", share.owner}, {"bytes", share.bytes}, {"trimmed", share.trimmed}, {"files", share.files}});
  for (const image::Adoption& adoption : image.adopted)
    out["adopted"].push_back({{"path", adoption.path},
                              {"soname", adoption.soname},
                              {"reason", adoption.reason},
                              {"base_package", adoption.base_package},
                              {"needed_by", adoption.needed_by}});
  fmt::print("{}\n", out.dump(2));
}

Result<int> build(const Context& context, const BuildArguments& arguments) {
  auto start = std::chrono::steady_clock::now();
  std::vector<image::Destination> destinations;
  for (const std::string& text : arguments.destinations) destinations.push_back(TRY(image::parse_destination(text)));
  spec::ImageSpec spec = TRY(spec::load(arguments.spec));
  if (arguments.run_src_test) spec.variables["FEATURES"] += " test";
  PlannedImage planned = TRY(plan_image(std::move(spec), context));
  TRY(sandbox::check());
  store::Store store = TRY(store::Store::open(context.cache_dir));

  Progress progress(context);
  for (const std::string& warning : planned.plan.warnings) progress.line("warning: " + warning);
  store::BaseRoot base = TRY(base_root(
      store, planned.spec.base_from,
      {[&](std::string_view text) { progress.step(fmt::format("base root {}: {}", planned.spec.base_from, text)); },
       context.offline, &interrupted()}));
  sandbox::BaseDescription description = TRY(sandbox::describe_base(base));

  Outcome outcome;
  outcome.packages = planned.plan.packages.size();
  progress.set_total(static_cast<int>(outcome.packages));
  int64_t epoch = TRY(build::source_date_epoch(pointers(planned)));
  build::BuildOptions options = build_options(planned, context, arguments.keep_going, epoch, progress, outcome.built);
  std::vector<store::BuiltPackage> built =
      TRY(build::build_plan(planned.plan, *planned.config, store, base, description, options));

  image::AssembleInput input;
  input.spec = &planned.spec;
  input.install_tools = install_tools(planned.plan, built);
  input.left_out = planned.plan.left_out;
  input.packages = image_packages(planned, std::move(built));
  input.base = &base;
  input.base_description = &description;
  input.store = &store;
  input.runtime = options.runtime;
  input.helper = options.helper;
  input.variables = planned.config->variables();
  input.source_date_epoch = epoch;
  input.tag = image_tag(planned);
  input.progress = [&](std::string_view text) { progress.step(text); };
  outcome.image = TRY(make_image(input, context, arguments, progress, outcome.reused));

  for (size_t i = 0; i < destinations.size(); ++i) {
    progress.step("writing " + arguments.destinations[i]);
    TRY(image::export_image(outcome.image, destinations[i]));
    outcome.written.push_back(arguments.destinations[i]);
  }
  progress.finish();
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (context.format == "json")
    print_json(outcome);
  else
    print_text(outcome, context);
  return 0;
}

}  // namespace

void add_build(Commands& commands) {
  auto arguments = std::make_shared<BuildArguments>();
  CLI::App* app = commands.app.add_subcommand("build", "Build the image that a spec describes");
  app->add_option("SPEC", arguments->spec, "the image spec, a TOML file")->required();
  app->add_option("-o,--output", arguments->destinations,
                  "where the image goes, in skopeo's words: oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, "
                  "dir:PATH, tar:FILE; "
                  "may be given several times. Without it the image stays in the store")
      ->type_name("DEST");
  app->add_flag("-k,--keep-going", arguments->keep_going,
                "build all that does not need what failed, before it is an error");
  app->add_flag("--src-test", arguments->run_src_test,
                "also run the test suites of the packages that are built (src_test)");
  app->add_flag("--no-image-tests", arguments->skip_tests, "do not run the [[test]]s of the spec");
  app->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return build(commands.context, *arguments); };
  });
}

}  // namespace cooper::cli

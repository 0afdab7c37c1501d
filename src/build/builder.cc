#include "build/builder.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "build/distfiles.h"
#include "build/jobserver.h"
#include "build/nofetch.h"
#include "build/schedule.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using repository::Package;
using resolve::Plan;
using resolve::PlannedPackage;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Variables that steer resolution, not builds: they must not change a key.
bool is_build_variable(std::string_view name) {
  static constexpr std::string_view prefixes[] = {
      "ACCEPT_",         "USE_EXPAND",     "CONFIG_PROTECT", "IUSE_",     "PORTAGE_",
      "EMERGE_",         "GENTOO_MIRRORS", "BOOTSTRAP_USE",  "ENV_UNSET", "PROFILE_ONLY_VARIABLES",
      "UNINSTALL_IGNORE"};
  if (name == "USE" || name == "USE_ORDER" || name == "FEATURES" || name == "MAKEOPTS") return false;
  return std::ranges::none_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// USE_EXPAND variables as ebuilds see them: the names of the flags that are on, without the prefix (PMS 11.1.1).
void add_use_expand(const PlannedPackage& planned, const repository::Config& config,
                    std::map<std::string, std::string>& variables) {
  for (const auto& [variable, prefix] : config.use_expand()) {
    std::string value;
    for (const auto& [flag, state] : planned.flags.all())
      if (state.enabled && flag.starts_with(prefix)) (value += value.empty() ? "" : " ") += flag.substr(prefix.size());
    if (!value.empty() || !variables.contains(variable)) variables[variable] = value;
  }
}

store::PackageFacts known_facts(const Plan& plan, const PlannedPackage& planned,
                                const std::vector<ActionDistfile>& distfiles) {
  const Package& package = *planned.package;
  store::PackageFacts facts;
  facts.cpv = package.cpv.text();
  facts.repository = package.repository->name();
  facts.slot = package.metadata.slot;
  facts.subslot = package.metadata.subslot;
  facts.eapi = std::string(package.metadata.eapi->name);
  facts.description = package.metadata.description;
  facts.homepage = package.metadata.homepage;
  facts.license = ebuild::to_text(ebuild::evaluate_conditionals(package.metadata.license, planned.use));
  facts.defined_phases = package.metadata.defined_phases();
  for (const auto& [flag, state] : planned.flags.all()) {
    facts.iuse.emplace_back(flag);
    if (state.enabled) facts.use.emplace_back(flag);
  }
  std::set<int> runtime(planned.rdepend.begin(), planned.rdepend.end());
  runtime.insert(planned.pdepend.begin(), planned.pdepend.end());
  for (int index : runtime) facts.runtime_packages.push_back(plan.packages[index].package->cpv.text());
  for (const ActionDistfile& file : distfiles) facts.distfiles.push_back(file.name + " " + file.digest);
  return facts;
}

std::vector<std::string> words_of(const ebuild::DependencyNode& node, const ebuild::UseSet& use) {
  std::vector<std::string> out;
  ebuild::DependencyNode evaluated = ebuild::evaluate_conditionals(node, use);
  for (const ebuild::DependencyNode* leaf : ebuild::leaves(evaluated)) out.push_back(leaf->word);
  return out;
}

// Seconds that earlier builds of a package took, as estimates for the schedule and the user.
class Times {
 public:
  explicit Times(const store::Store& store) : folder_(store.root() / "times") {}
  double estimate(const PlannedPackage& planned) const {
    auto text = util::read_file(file(planned), 64);
    return text ? std::strtod(text->c_str(), nullptr) : 0;
  }
  // Without a flush: an estimate lost is no loss, and each would wait for the disk.
  void record(const PlannedPackage& planned, double seconds) const {
    fs::path path = file(planned);
    std::error_code ec;
    fs::create_directories(path.parent_path(), ec);
    std::ofstream(path) << fmt::format("{:.1f}\n", seconds);
  }

 private:
  fs::path file(const PlannedPackage& planned) const {
    return folder_ / planned.package->cpv.name.category / planned.package->cpv.name.package;
  }
  fs::path folder_;
};

// Downloads in the background while packages build; a build waits for its own files only.
class BackgroundFetch {
 public:
  BackgroundFetch(const store::Store& store, const BuildOptions& options) : store_(store), options_(options) {}
  ~BackgroundFetch() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  void start(std::vector<fetch::Distfile> files) {
    thread_ = std::thread([this, files = std::move(files)]() {
      fetch::Options options;
      options.offline = options_.offline;
      options.cancel = &stop_;
      options.progress = [this](const fetch::Progress& progress) {
        if (progress.state == fetch::Progress::State::done || progress.state == fetch::Progress::State::cached) {
          std::lock_guard lock(mutex_);
          done_.insert(progress.name);
          changed_.notify_all();
        }
        if (options_.on_fetch) options_.on_fetch(progress);
      };
      Result<> result = fetch::fetch_all(store_, files, options);
      std::lock_guard lock(mutex_);
      ended_ = true;
      if (!result) error_ = std::move(result).error();
      changed_.notify_all();
    });
  }

  Result<> wait_for(const std::vector<ActionDistfile>& files) {
    std::unique_lock lock(mutex_);
    auto have_all = [&]() {
      return std::ranges::all_of(files, [&](const auto& file) { return done_.contains(file.name); });
    };
    for (;;) {
      if (have_all()) return {};
      if (ended_) {
        if (error_) return std::unexpected(*error_);
        return {};
      }
      if (*options_.cancel) {
        stop_ = true;
        return fail(ErrorKind::interrupted, "interrupted");
      }
      changed_.wait_for(lock, std::chrono::milliseconds(200));
    }
  }

 private:
  const store::Store& store_;
  const BuildOptions& options_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> done_;
  bool ended_ = false;
  std::optional<Error> error_;
  std::atomic<bool> stop_{false};
};

// One run of build_plan.
class Builder {
 public:
  Builder(const Plan& plan, const repository::Config& config, const store::Store& store, const store::BaseRoot& base,
          const sandbox::BaseDescription& description, const BuildOptions& options)
      : plan_(plan),
        config_(config),
        store_(store),
        base_(base),
        description_(description),
        options_(options),
        times_(store),
        fetch_(store, options),
        built_(plan.packages.size()),
        done_(plan.packages.size(), false) {}

  Result<std::vector<store::BuiltPackage>> run() {
    if (!options_.only.empty()) {
      done_.assign(done_.size(), true);
      for (int wanted : options_.only) done_[wanted] = false;
    }
    runtime_digest_ = TRY(runtime_digest(options_.runtime, options_.helper));
    TRY(take_from_store());
    if (std::ranges::find(done_, false) == done_.end()) return std::move(built_);
    TRY(start_fetching());
    jobserver_ = TRY(Jobserver::create(options_.jobs));
    std::vector<ScheduleFailure> failures = run_schedule(nodes(), options_.jobs, options_.on_failure, *options_.cancel,
                                                         [this](int package) { return attempt(package); });
    if (!failures.empty()) return std::unexpected(sum_up(failures));
    return std::move(built_);
  }

 private:
  // Everything whose key is already known and in the store, without threads: the common case when nothing changed.
  Result<> take_from_store() {
    for (size_t i = 0; i < plan_.packages.size(); ++i) {
      const PlannedPackage& planned = plan_.packages[i];
      if (done_[i] || !std::ranges::all_of(planned.build_closure, [&](int need) { return done_[need]; })) continue;
      BuildAction action = TRY(make(static_cast<int>(i)));
      std::string key = TRY(build_key(action));
      if (!store_.has_package(key)) continue;
      auto found = TRY(store_.package(key));
      if (!found) continue;
      built_[i] = std::move(*found);
      done_[i] = true;
      tell({PackageEvent::Kind::cached, static_cast<int>(i)});
    }
    return {};
  }

  Result<> start_fetching() {
    std::vector<fetch::Distfile> files;
    std::set<std::string> names;
    for (size_t i = 0; i < plan_.packages.size(); ++i) {
      if (done_[i]) continue;
      std::vector<fetch::Distfile> wanted = TRY(distfiles_of(plan_.packages[i], config_));
      for (fetch::Distfile& file : wanted)
        if (names.insert(file.name).second) files.push_back(std::move(file));
    }
    if (!files.empty()) fetch_.start(std::move(files));
    return {};
  }

  std::vector<ScheduleNode> nodes() const {
    std::vector<ScheduleNode> out;
    for (size_t i = 0; i < plan_.packages.size(); ++i) {
      out.push_back(
          {plan_.packages[i].build_closure, done_[i] ? 0 : std::max(expected_seconds(plan_.packages[i]), 1.0)});
    }
    return out;
  }

  // From an earlier build, or else from the size of the sources: crude, but it puts the long ones first.
  double expected_seconds(const PlannedPackage& planned) const {
    if (double known = times_.estimate(planned); known > 0) return known;
    constexpr double bytes_per_second = 200'000;
    double bytes = 0;
    if (auto files = distfiles_of(planned, config_))
      for (const fetch::Distfile& file : *files) bytes += static_cast<double>(file.size);
    return bytes / bytes_per_second;
  }

  Result<BuildAction> make(int package) const {
    BuildAction action = TRY(make_action(plan_, package, config_, base_, description_, built_, store_, options_));
    action.runtime_digest = runtime_digest_;
    return action;
  }

  Result<> attempt(int package) {
    if (done_[package]) return {};
    auto start = Clock::now();
    Result<> result = build(package);
    if (!result) {
      bool stopped = result.error().kind == ErrorKind::interrupted;
      tell({.kind = stopped ? PackageEvent::Kind::stopped : PackageEvent::Kind::failed,
            .package = package,
            .seconds = seconds_since(start),
            .error = &result.error()});
    }
    return result;
  }

  Result<> build(int package) {
    const PlannedPackage& planned = plan_.packages[package];
    BuildAction action = TRY(make(package));
    std::string key = TRY(build_key(action));
    // Another process may be building the same; the second to get the lock finds the result.
    util::FileLock lock = TRY(store_.lock("build-" + key));
    if (auto found = TRY(store_.package(key))) {
      built_[package] = std::move(*found);
      tell({PackageEvent::Kind::cached, package});
      return {};
    }
    tell({PackageEvent::Kind::waiting_for_distfiles, package});
    if (auto fetched = fetch_.wait_for(action.distfiles); !fetched)
      return std::unexpected(explain_fetch(std::move(fetched).error(), action));
    if (!jobserver_->acquire(*options_.cancel)) return fail(ErrorKind::interrupted, "interrupted");
    tell({PackageEvent::Kind::started, package, {}, times_.estimate(planned)});
    auto start = Clock::now();
    Result<store::BuiltPackage> result = execute(action, store_, base_, execute_options(package));
    jobserver_->release();
    built_[package] = TRY(std::move(result));
    times_.record(planned, seconds_since(start));
    tell({PackageEvent::Kind::built, package, {}, seconds_since(start), built_[package].facts.warnings});
    return {};
  }

  Error sum_up(const std::vector<ScheduleFailure>& failures) const {
    const ScheduleFailure& last = failures.back();  // an interruption ends all
    if (options_.on_failure == OnFailure::stop || last.error.kind == ErrorKind::interrupted) return last.error;
    std::set<int> failed;
    std::string names, left_out;
    for (const ScheduleFailure& failure : failures) failed.insert(failure.node);
    for (size_t i = 0; i < built_.size(); ++i) {
      if (!built_[i].directory.empty() || done_[i]) continue;
      std::string& list = failed.contains(static_cast<int>(i)) ? names : left_out;
      list += (list.empty() ? "" : ", ") + plan_.packages[i].package->cpv.text();
    }
    return {failures.front().error.kind,
            fmt::format("{} of {} packages failed: {}", failed.size(), built_.size(), names),
            {},
            left_out.empty() ? "" : "not built, as they need what failed: " + left_out,
            {}};
  }

  // An ebuild whose files may not be downloaded says itself where its user gets them.
  Error explain_fetch(Error error, const BuildAction& action) const {
    std::error_code ec;
    bool restricted = std::ranges::find(action.restrict, "fetch") != action.restrict.end();
    bool missing = std::ranges::any_of(action.distfiles, [&](const auto& file) { return !fs::exists(file.path, ec); });
    if (!restricted || !missing || error.kind != ErrorKind::distfile) return error;
    auto text = nofetch_text(action, store_, base_);
    if (!text) return error;
    if (!text->empty()) error.why += (error.why.empty() ? "" : "\n") + action.cpv + " says:\n" + *text;
    error.hint = fmt::format("fetch by hand what is missing and put it into {}", store_.distfiles().string());
    return error;
  }

  ExecuteOptions execute_options(int package) {
    ExecuteOptions out;
    out.jobserver_read = jobserver_->read_fd();
    out.jobserver_write = jobserver_->write_fd();
    out.jobs = options_.jobs;
    out.limits = options_.limits;
    out.on_output = options_.on_output;
    out.cancel = options_.cancel;
    out.description = &description_;
    out.keep_failed = store_.root() / "failed" / plan_.packages[package].package->cpv.text();
    out.on_phase = [this, package](const PhaseEvent& event) {
      tell({PackageEvent::Kind::phase, package, event.phase, event.seconds});
    };
    return out;
  }

  void tell(const PackageEvent& event) {
    if (!options_.on_event) return;
    std::lock_guard lock(tell_mutex_);
    options_.on_event(event);
  }

  const Plan& plan_;
  const repository::Config& config_;
  const store::Store& store_;
  const store::BaseRoot& base_;
  const sandbox::BaseDescription& description_;
  const BuildOptions& options_;
  Times times_;
  BackgroundFetch fetch_;
  std::optional<Jobserver> jobserver_;
  std::string runtime_digest_;  // read once, not for each key
  std::vector<store::BuiltPackage> built_;
  std::vector<char> done_;
  std::mutex tell_mutex_;
};

}  // namespace

Result<BuildAction> make_action(const Plan& plan, int index, const repository::Config& config,
                                const store::BaseRoot& base, const sandbox::BaseDescription& description,
                                const std::vector<store::BuiltPackage>& built, const store::Store& store,
                                const BuildOptions& options) {
  const PlannedPackage& planned = plan.packages[index];
  const Package& package = *planned.package;
  const repository::Metadata& metadata = package.metadata;
  BuildAction action;
  action.cpv = package.cpv.text();
  action.repository = package.repository->name();
  action.eapi = std::string(metadata.eapi->name);
  action.slot = metadata.slot;
  action.subslot = metadata.subslot;
  action.ebuild = package.ebuild();
  std::error_code ec;
  fs::path files = package.ebuild().parent_path() / "files";
  if (fs::is_directory(files, ec)) action.files = files;
  for (const std::string& name : metadata.inherited()) {
    auto file = package.repository->eclass(name);
    if (!file)
      return fail(ErrorKind::usage, fmt::format("eclass {} is missing", name), package.ebuild(),
                  "the ebuild inherits it");
    action.eclasses.emplace_back(name, *file);
  }
  repository::UserFiles user_files = config.user_files(package);
  action.bashrc.assign(user_files.bashrc.begin(), user_files.bashrc.end());
  action.patches.assign(user_files.patches.begin(), user_files.patches.end());
  if (planned.use.contains("savedconfig"))
    action.saved_configs.assign(user_files.saved_configs.begin(), user_files.saved_configs.end());
  action.runtime = options.runtime;
  action.helper = options.helper;
  std::vector<fetch::Distfile> distfiles = TRY(distfiles_of(planned, config));
  for (const fetch::Distfile& file : distfiles) {
    auto sha512 = file.digests.find("SHA512");
    std::string digest = sha512 != file.digests.end() ? "sha512:" + sha512->second
                         : file.digests.empty()       ? std::string()
                                                : file.digests.begin()->first + ":" + file.digests.begin()->second;
    action.distfiles.push_back({file.name, store.distfiles() / file.name, digest});
  }
  for (const auto& [flag, state] : planned.flags.all()) {
    action.iuse.emplace_back(flag);
    if (state.enabled) action.use.emplace_back(flag);
  }
  for (const auto& [name, value] : config.variables_for(package))
    if (is_build_variable(name)) action.variables[name] = value;
  for (const auto& [name, value] : description.environment) action.variables.try_emplace(name, value);
  add_use_expand(planned, config, action.variables);
  action.defined_phases = metadata.defined_phases();
  action.properties = words_of(metadata.properties, planned.use);
  action.restrict = words_of(metadata.restrict, planned.use);
  action.base = base.id;
  action.base_provides = description.provides;
  for (int member : planned.build_closure) {
    const store::BuiltPackage& layer = built[member];
    const store::PackageFacts& facts = layer.facts;
    action.layers.push_back({facts.cpv, facts.slot, facts.subslot, facts.repository, facts.use, layer.output_digest,
                             layer.directory / "root", facts.iuse});
  }
  // The order of builds depends on what else the spec asks for; what a package is built with does not.
  std::ranges::sort(action.layers, {}, [](const ActionLayer& layer) { return std::pair(layer.cpv, layer.slot); });
  action.source_date_epoch = options.source_date_epoch;
  action.run_tests = options.run_tests;
  action.facts = known_facts(plan, planned, action.distfiles);
  return action;
}

Result<std::vector<store::BuiltPackage>> build_plan(const Plan& plan, const repository::Config& config,
                                                    const store::Store& store, const store::BaseRoot& base,
                                                    const sandbox::BaseDescription& description,
                                                    const BuildOptions& options) {
  return Builder(plan, config, store, base, description, options).run();
}

Result<int64_t> source_date_epoch(const std::vector<const repository::Repository*>& repositories) {
  if (const char* set = std::getenv("SOURCE_DATE_EPOCH"); set && *set) {
    char* end = nullptr;
    long long value = std::strtoll(set, &end, 10);
    if (*end || value < 0)
      return fail(ErrorKind::usage, fmt::format("SOURCE_DATE_EPOCH is '{}'", set), "environment",
                  "it must be a number of seconds since 1970");
    return value;
  }
  int64_t newest = 0;
  for (const repository::Repository* repository : repositories) {
    // metadata/timestamp.x: "SECONDS human-readable text", as Gentoo's own repository carries it.
    auto text = util::read_file(repository->root() / "metadata/timestamp.x", 4096);
    if (text) newest = std::max<int64_t>(newest, std::strtoll(text->c_str(), nullptr, 10));
  }
  return newest > 0 ? newest : 1577836800;  // 2020-01-01: for repositories that carry no date
}

}  // namespace cooper::build

// From a plan to built packages: keys, the store, distfiles, the schedule.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "build/action.h"
#include "build/schedule.h"
#include "fetch/fetch.h"
#include "resolve/plan.h"
#include "sandbox/base_root.h"
#include "store/store.h"
#include "util/error.h"

namespace cooper::build {

// What happens to one package, told as it happens. Called from any thread, one call at a time.
struct PackageEvent {
  enum class Kind { cached, waiting_for_distfiles, started, phase, built, failed, stopped } kind;
  int package = 0;     // index into Plan::packages
  std::string phase;   // phase: its name
  double seconds = 0;  // at its end: wall time; started: the estimate from an earlier build, 0 where unknown
  std::vector<std::string> warnings = {};  // built: what is doubtful about the package
  const Error* error = nullptr;            // failed: why; build_plan returns it with OnFailure::stop
};

struct BuildOptions {
  std::filesystem::path runtime, helper;
  int jobs = 1;
  bool offline = false;
  bool run_tests = false;
  OnFailure on_failure = OnFailure::stop;
  std::vector<int> only;  // packages (of the plan) that are wanted; empty: all. The others' results stay empty
  int64_t source_date_epoch = 0;
  sandbox::Limits limits;
  std::function<void(const PackageEvent&)> on_event;
  std::function<void(const fetch::Progress&)> on_fetch;
  std::function<void(std::string_view)> on_output;
  std::atomic<bool>* cancel = nullptr;  // required; set by a signal, or here after an error
};

// Builds what the store does not have, all packages of the plan. The result has one element per package of the plan.
// Errors: the first failure; with OnFailure::keep_going, where each is told as it happens, an error that names them
// all.
Result<std::vector<store::BuiltPackage>> build_plan(const resolve::Plan& plan, const repository::Config& config,
                                                    const store::Store& store, const store::BaseRoot& base,
                                                    const sandbox::BaseDescription& description,
                                                    const BuildOptions& options);

// The action of one package of the plan; `built` holds the results for its build closure.
Result<BuildAction> make_action(const resolve::Plan& plan, int package, const repository::Config& config,
                                const store::BaseRoot& base, const sandbox::BaseDescription& description,
                                const std::vector<store::BuiltPackage>& built, const store::Store& store,
                                const BuildOptions& options);

// The time stamp for everything that is built: $SOURCE_DATE_EPOCH, else the newest metadata/timestamp of the
// repositories, else a constant.
Result<int64_t> source_date_epoch(const std::vector<const repository::Repository*>& repositories);

}  // namespace cooper::build

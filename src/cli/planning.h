// From a spec to a plan: what `plan`, `build`, `fetch`, `why` and the others begin with.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "repository/config.h"
#include "repository/repository.h"
#include "repository/scout.h"
#include "resolve/plan.h"
#include "resolve/suggest.h"
#include "spec/spec.h"

namespace cooper::cli {

// spec::ImageSpec::base_from where nothing is there but what is built (never in a spec itself).
constexpr std::string_view no_base = "none";

// What a plan can be asked beyond a spec.
struct PlanOptions {
  bool like_portage = false;                         // resolve::Request
  bool one_root = false, test_dependencies = false;  // resolve::Request
  resolve::Renewal renewal;
  std::optional<resolve::OnlyDependencies> only_dependencies;
  std::filesystem::path root;        // what the image holds already (its var/db/pkg), or ""
  resolve::Permissions permissions;  // for suggestions
  bool suggest = true;               // look for changes that would give a plan where there is none
};

// A plan with everything its pointers point into.
struct PlannedImage {
  spec::ImageSpec spec;
  PlanOptions options;
  std::vector<std::shared_ptr<repository::Repository>> repositories;  // highest priority first
  std::shared_ptr<repository::Config> config;
  std::unique_ptr<repository::Scout> scout;  // until there is a plan
  resolve::Plan plan;
  // Where there is no plan: why. Then `plan` is the one that `changes` would give, if they would.
  std::optional<Error> error;
  std::vector<resolve::Change> changes;
  std::vector<resolve::CycleBreak> cycle_breaks;
};

// The repositories of the spec (default: the bundled one at context.data/ebuilds) and the profile with the spec's
// settings: all but the plan. `notes` gets a line for each package of the spec that has another name by now.
// `read_ahead`: a plan will be asked for.
Result<PlannedImage> open_world(spec::ImageSpec spec, const Context& context, std::vector<std::string>& notes,
                                bool read_ahead = false);
// Opens the repositories of the spec (default: the bundled one at context.data/ebuilds), the profile with the spec's
// settings, and resolves. Problems of repositories that touch nothing in the plan become warnings of the plan.
Result<PlannedImage> plan_image(spec::ImageSpec spec, const Context& context);
// The same with `error` and `changes` instead of an error where the requirements cannot be met.
Result<PlannedImage> plan_or_suggest(spec::ImageSpec spec, const Context& context, const PlanOptions& options);

}  // namespace cooper::cli

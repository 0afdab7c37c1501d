// From a spec to a plan: what `plan`, `build`, `fetch`, `why` and the others begin with.
#pragma once

#include <memory>
#include <vector>

#include "cli/command.h"
#include "repository/config.h"
#include "repository/repository.h"
#include "resolve/plan.h"
#include "spec/spec.h"

namespace cooper::cli {

// A plan with everything its pointers point into.
struct PlannedImage {
  spec::ImageSpec spec;
  std::vector<std::shared_ptr<repository::Repository>> repositories;  // highest priority first
  std::shared_ptr<repository::Config> config;
  resolve::Plan plan;
};

// Opens the repositories of the spec (default: the bundled one at context.data/ebuilds), the profile with the spec's
// settings, and resolves. Problems of repositories that touch nothing in the plan become warnings of the plan.
Result<PlannedImage> plan_image(spec::ImageSpec spec, const Context& context);

}  // namespace cooper::cli

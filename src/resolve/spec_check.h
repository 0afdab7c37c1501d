// What a spec says of packages, held against the repositories: atoms that match nothing, flags that no version has.
#pragma once

#include <memory>
#include <vector>

#include "repository/config.h"
#include "repository/repository.h"
#include "resolve/plan.h"
#include "spec/spec.h"
#include "util/error.h"

namespace cooper::resolve {

// Errors: usage, with the place in the spec and the nearest name.
Result<> check_spec(const spec::ImageSpec& spec,
                    const std::vector<std::shared_ptr<repository::Repository>>& repositories,
                    const repository::Config& config);

// Flags of the spec's `use` that no package of the plan has, as warnings.
std::vector<std::string> unused_flags(const spec::ImageSpec& spec, const Plan& plan);

}  // namespace cooper::resolve

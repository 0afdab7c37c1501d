// One whole try: a universe of packages to a plan, or to why there is none.
#pragma once

#include <expected>

#include "resolve/explain.h"
#include "resolve/plan.h"
#include "resolve/universe.h"

namespace cooper::resolve {

std::expected<Plan, Failure> attempt_plan(Universe& universe);

}  // namespace cooper::resolve

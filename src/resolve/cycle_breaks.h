// Flags that would take a need out of a circle of builds.
#pragma once

#include "resolve/search.h"

namespace cooper::resolve {

// The ways to break a circle, each the fewest flags of one of its packages that take its need of the next away and keep
// REQUIRED_USE; in the order of the circle.
std::vector<CycleBreak> cycle_breaks(Universe& universe, const std::vector<CycleStep>& cycle);

}  // namespace cooper::resolve

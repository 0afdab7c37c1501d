// Why a package is not in a plan, or not this version of it, or not in the image.
#pragma once

#include <string>
#include <vector>

#include "cli/planning.h"

namespace cooper::cli {

// One package that a question names and the plan lacks.
struct Absence {
  std::string what;                   // "x11/gtk", or "x11/gtk-3.0" where the question is about versions
  std::vector<std::string> reasons;   // sentences, at least one
  std::vector<std::string> remedies;  // lines of a spec that would bring it, or some of what it lacks
};

// What the packages called `what` ("gtk", "x11/gtk", "x11/gtk-3.0", or an atom) lack to be in the plan; nothing for
// those that are. Errors: usage, where no repository has such a package.
Result<std::vector<Absence>> why_not(const PlannedImage& planned, const std::string& what, const Context& context);

}  // namespace cooper::cli

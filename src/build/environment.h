// The environment of the phases, and the line of each package that has_version sees (runtime/README.md).
#pragma once

#include <string>

#include "build/action.h"
#include "phases/environment.h"

namespace cooper::build {

// Everything but MAKEFLAGS and MAKEOPTS, which are the executor's.
phases::Environment phase_environment(const BuildAction& action, const phases::PackageNames& names);

// The content of /cooper/state/packages.
std::string package_lines(const BuildAction& action);

}  // namespace cooper::build

// pkg_nofetch (PMS 9.1.16): what an ebuild whose sources may not be downloaded tells its user.
#pragma once

#include <string>

#include "build/action.h"
#include "util/error.h"

namespace cooper::build {

// Runs the phase and gives what it says, a line each. Errors: failed, where it cannot run.
Result<std::string> nofetch_text(const BuildAction& action, const store::Store& store, const store::BaseRoot& base);

}  // namespace cooper::build

// What a failed step of a sandbox means on this machine, and what mends it.
#pragma once

#include <string>

#include "sandbox/child.h"
#include "util/error.h"

namespace cooper::sandbox {

// `subject` is the path or program that the step was about; may be empty.
Error explain(Step step, int error, const std::string& subject);

}  // namespace cooper::sandbox

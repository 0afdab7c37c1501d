// unpack (PMS 12.3.15): by the tools of the base root.
#pragma once

#include <string>

#include "util/error.h"

namespace cooper::helper {

// Unpacks one archive into the current folder. A file of no known kind is skipped. Errors: the file is not there, the
// tool fails or is missing.
Result<> unpack_one(const std::string& argument);

// Everything below `folder`, not itself: a+r,u+w,go-w, and a+x for folders.
Result<> open_permissions(const std::string& folder);

}  // namespace cooper::helper

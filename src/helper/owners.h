// The ledger of owners, capabilities and device nodes, `owners` in the state folder (runtime/README.md): what a build
// asks for is written down and not done, so that an ordinary user's build equals root's.
#pragma once

#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::helper {

// "" for an unchanged owner or group. The path may be relative; symlinks in its folder part are resolved.
Result<> record_owner(std::string_view owner, std::string_view group, const std::string& path);

}  // namespace cooper::helper

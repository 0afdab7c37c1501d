// The accounts that programs of a build root see.
#pragma once

#include <filesystem>
#include <vector>

#include "build/action.h"
#include "util/error.h"

namespace cooper::build {

// Writes etc/passwd and etc/group below `target`: the base root's, with those in place of them that packages of the
// layers bring by sysusers.d (acct-user, acct-group), and a group "nobody" as every image has it. So that what a
// program gives to "man" has the number that "man" has in the image, not in the base root. Answers whether there is
// anything to say; a base root without accounts keeps none.
Result<bool> write_account_files(const std::vector<ActionLayer>& layers, const std::filesystem::path& base,
                                 const std::filesystem::path& target);

}  // namespace cooper::build

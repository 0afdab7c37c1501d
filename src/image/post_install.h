// pkg_preinst and pkg_postinst, run as on a system whose root is the image.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "image/accounts.h"
#include "image/draft.h"
#include "image/image.h"
#include "util/error.h"

namespace cooper::image {

// Each package that has one of the phases gets a disposable root where ROOT is "/": the base root below (for the shell
// and its tools), the image as it is so far above it. What the phases change is taken from the overlay's upper folder
// into the draft: new and changed files and folders belong to the package, removed ones are gone. What is only the base
// root's, and what any system makes anew (caches, temporary files, the loader's cache), is left where it is: a phase
// that changes a file of the base root gets a warning. Messages of `ewarn` and `eerror` become warnings too. Errors:
// failed, with package, phase, file and line, and the end of the output.
Result<> run_post_install(Draft& draft, const AssembleInput& input,
                          std::span<const store::BuiltPackage* const> packages, const Accounts& accounts,
                          std::vector<std::string>& warnings);

// The words "preinst" and "postinst", as far as the package has them.
std::vector<std::string> post_install_phases(const store::PackageFacts& facts);

}  // namespace cooper::image

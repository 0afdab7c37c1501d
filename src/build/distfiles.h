// From SRC_URI to files that can be fetched and verified.
#pragma once

#include <vector>

#include "fetch/fetch.h"
#include "repository/config.h"
#include "resolve/plan.h"
#include "util/error.h"

namespace cooper::build {

// The files of the package's A with the flags of the plan: every URL in order (the user's mirrors "local", then those
// of SRC_URI: mirrors as the user and then thirdpartymirrors of the repository have them, mirror://debian left to the
// machine's own configuration first), size and digests from the Manifest. Where RESTRICT forbids fetching, a file has
// no URL but local ones: it must lie in distfiles already. Errors: distfile, for a file that the Manifest does not
// have.
Result<std::vector<fetch::Distfile>> distfiles_of(const resolve::PlannedPackage& planned,
                                                  const repository::Config& config);

}  // namespace cooper::build

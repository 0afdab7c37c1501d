// From SRC_URI to files that can be fetched and verified.
#pragma once

#include <vector>

#include "fetch/fetch.h"
#include "resolve/plan.h"
#include "util/error.h"

namespace cooper::build {

// The files of the package's A with the flags of the plan: every URL in order (thirdpartymirrors of the repository
// expanded, mirror://debian left to the machine's own configuration first), size and digests from the Manifest. Where
// RESTRICT forbids fetching, a file has no URL: it must lie in distfiles already. Errors: distfile, for a file that the
// Manifest does not have.
Result<std::vector<fetch::Distfile>> distfiles_of(const resolve::PlannedPackage& planned);

}  // namespace cooper::build

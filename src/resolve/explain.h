// Why there is no plan: the shortest true story, and what would help.
#pragma once

#include "resolve/extract.h"
#include "resolve/search.h"
#include "util/error.h"

namespace cooper::resolve {

// After Search::solve() said that nothing fits.
Error explain_failure(Search& search);

// A target that no ebuild matches, masked or not: a slip in the spec.
std::optional<Error> unknown_target(Universe& universe);

// The first package of the plan whose REQUIRED_USE its flags violate.
std::optional<Error> check_required_use(Search& search, const Plan& plan);

}  // namespace cooper::resolve

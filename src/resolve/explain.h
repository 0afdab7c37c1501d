// Why there is no plan: the shortest true story, and what would help.
#pragma once

#include "resolve/extract.h"
#include "resolve/search.h"
#include "util/error.h"

namespace cooper::resolve {

// An atom that nothing satisfies.
struct DeadEnd {
  ebuild::Atom atom;
  InstanceId owner = no_instance;  // the package that needs it; none: the request
};

struct Failure {
  Error error;
  std::vector<DeadEnd> dead_ends;  // in the order in which the preferred choices lead there
  std::vector<CycleStep> cycle;    // a circle of builds that has a part in it
};

// After Search::solve() said that nothing fits.
Failure explain_failure(Search& search);

// A target that no ebuild matches, masked or not: a slip in the spec.
std::optional<Error> unknown_target(Universe& universe);

// The first package of the plan whose REQUIRED_USE its flags violate.
std::optional<Error> check_required_use(Search& search, const Plan& plan);

}  // namespace cooper::resolve

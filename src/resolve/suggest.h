// Which changes of the configuration would give a plan: for messages, and for whoever wants to go on with them.
#pragma once

#include "resolve/plan.h"

namespace cooper::resolve {

// What may be changed. As emerge's --autounmask options.
struct Permissions {
  bool use = true;
  bool licenses = true;
  bool keywords = true;  // accept testing keywords
  bool masks = true;     // unmask; where keywords may be accepted too, also packages without any keyword for the arch
};

struct Suggestion {
  std::vector<Change> changes;  // in the order in which their need was found; never two of one package
  std::optional<Plan> plan;     // the one that they give
  // Where there is none because builds need each other: flags that would end the circle, each entry one way.
  std::vector<CycleBreak> cycle_breaks;
};

// After resolve() found no plan. Where no permitted changes give one, there is none, and no changes; but as Portage,
// which tells what it came to see as needed before it gave up, where the request is like that.
Suggestion suggest(const Request& request, const Permissions& permissions);

}  // namespace cooper::resolve

// The forms in which a plan is printed.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/planning.h"

namespace cooper::cli {

struct PlanStyle {
  bool color = false;
  bool verbose = false;  // also flags that are off, and all of a package's needs where it is met again
};

std::string plan_as_tree(const PlannedImage& planned, const PlanStyle& style);
// The lines of `emerge --pretend`; where changes are needed, these below.
std::string plan_as_portage(const PlannedImage& planned);
std::string plan_as_json(const PlannedImage& planned);
// What is printed for a question that cannot even be asked: no such package, no such repository …
std::string no_plan_as_json(const Error& error);
std::string plan_as_dot(const PlannedImage& planned);
// The changes as lines to paste: into the spec, or into etc/portage where the plan is made with one.
std::string changes_as_text(const PlannedImage& planned);
// Each way to end a circle of builds in that form.
std::string cycle_breaks_as_text(const PlannedImage& planned);

// The flags that are shown: IUSE without what USE_EXPAND_HIDDEN hides, grouped as emerge does: "USE" first, then
// variables.
class ShownFlags {
 public:
  explicit ShownFlags(const repository::Config& config);  // outlives this
  // Each flag: "intl", "-gd", in parentheses where the profile locks it; those that are on first.
  std::vector<std::pair<std::string, std::vector<std::string>>> of(const resolve::PlannedPackage& package) const;

 private:
  struct Variable {
    std::string_view name;
    bool hidden = false;
  };
  std::unordered_map<std::string_view, Variable> by_prefix_;  // "python_targets_"
};

// ":8.2" or "" where the slot is 0 and there is no subslot.
std::string slot_suffix(const repository::Package& package);

}  // namespace cooper::cli

// REQUIRED_USE explained: why a set of flags violates it, and the fewest changes that would satisfy it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/dependency.h"
#include "ebuild/eapi.h"

namespace cooper::ebuild {

bool required_use_holds(const DependencyNode& node, const UseSet& use, const Eapi& eapi);

// One violated part and the reason in words: "soap? ( xml )", "soap is on, but xml is off".
struct RequiredUseViolation {
  std::string part;
  std::string reason;
};
std::vector<RequiredUseViolation> explain_required_use(const DependencyNode& node, const UseSet& use, const Eapi& eapi);

struct FlagChange {
  std::string flag;
  bool on = true;
  bool operator==(const FlagChange&) const = default;
};
// The fewest flags to change so that REQUIRED_USE holds; of several such choices the one that leaves conditions
// ("soap?") alone and comes first in the text. Flags for which `may_change` is false stay. Nothing where it takes more
// than `most_changes`, an empty list where all holds already.
std::optional<std::vector<FlagChange>> mend_required_use(const DependencyNode& node, const UseSet& use,
                                                         const Eapi& eapi,
                                                         const std::function<bool(std::string_view)>& may_change,
                                                         int most_changes = 4);

}  // namespace cooper::ebuild

// What a configuration accepts: KEYWORDS against ACCEPT_KEYWORDS, LICENSE against ACCEPT_LICENSE, and the stacking of
// incremental variables that both rest on.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/dependency.h"

namespace cooper::ebuild {

// Stacks the words of one more value of an incremental variable (PMS 5.3.1): "-*" empties the set, "-x" takes x out,
// "x" puts it in. "+x", which users write by analogy, is x.
void stack_incremental(std::set<std::string, std::less<>>& set, std::string_view value);

// KEYWORDS (PMS 7.3.3) against ACCEPT_KEYWORDS, both as words. Accepted are: a keyword that stands in `accept`; with
// "*" any stable one, with "~*" any testing one, with "**" everything, also no keyword at all. In KEYWORDS itself "*"
// and "~*" stand for every architecture.
bool keywords_accepted(const std::vector<std::string_view>& keywords, const std::set<std::string, std::less<>>& accept);
// Whether a package is in use for a stable keyword: use.stable.mask and its kin look at that (PMS 5.2.12). As in
// Portage: it is accepted, and would not be were all its keywords testing ones, so that a configuration that accepts
// testing anyway does not see other flags on the day of the stabilization.
bool keywords_stable(const std::vector<std::string_view>& keywords, const std::set<std::string, std::less<>>& accept);

// The file profiles/license_groups, and the like: name of the group → licenses and "@GROUP".
using LicenseGroups = std::map<std::string, std::vector<std::string>, std::less<>>;

// The set of words that a variable such as ACCEPT_LICENSE accepts, ACCEPT_RESTRICT and ACCEPT_PROPERTIES too: words are
// read from left to right, the last that speaks of a name wins. It accepts all or nothing, but for the exceptions.
class Acceptance {
 public:
  // "*", "-*", "NAME", "-NAME", "@GROUP", "-@GROUP". Groups that do not exist are added to `unknown_groups`, where
  // given.
  void stack(std::string_view value, const LicenseGroups& groups = {},
             std::vector<std::string>* unknown_groups = nullptr);
  bool accepts_everything() const { return everything_ && exceptions_.empty(); }
  bool accepts(std::string_view name) const { return everything_ != exceptions_.contains(name); }

 private:
  void set(std::string_view name, bool accepted);
  bool everything_ = false;
  std::set<std::string, std::less<>> exceptions_;
};

// The licenses (or words) under `node` that stand in the way, in order and each once; empty where it is accepted. One
// accepted alternative of "|| ( )" is enough; where there is none, all of them are named. Evaluate conditionals first.
std::vector<std::string> unaccepted(const DependencyNode& node, const Acceptance& acceptance);

}  // namespace cooper::ebuild

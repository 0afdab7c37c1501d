// USE flags: IUSE, and what USE dependencies demand of another package.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/atom.h"
#include "ebuild/dependency.h"
#include "ebuild/eapi.h"
#include "util/error.h"

namespace cooper::ebuild {

// A word of IUSE: "+ssl" is {ssl, true}, "-ssl" {ssl, false}, "ssl" {ssl, nothing} (PMS 7.3).
struct IuseFlag {
  std::string name;
  std::optional<bool> default_on;
  bool operator==(const IuseFlag&) const = default;
};

// In the order of the text, each flag once: where several eclasses name a flag, a default given by any of them counts,
// and the last of them wins. Errors: usage, with the word in `what`.
Result<std::vector<IuseFlag>> parse_iuse(std::string_view text, const Eapi& eapi);

// What a USE dependency demands once the flags of the package that has it are known (PMS 8.3.4).
struct FlagDemand {
  std::string_view flag;  // a view into the atom
  bool on = true;
  std::optional<bool> missing;  // what a package without the flag counts as; none: it must have the flag
};
std::vector<FlagDemand> flag_demands(const Atom& atom, const UseSet& use_of_dependent);

// Whether a package with the flags `iuse_has` and those of `use` on meets the demand.
template <typename HasFlag>
bool meets(const FlagDemand& demand, const UseSet& use, HasFlag&& iuse_has) {
  if (iuse_has(demand.flag)) return use.contains(demand.flag) == demand.on;
  return demand.missing == demand.on;
}

}  // namespace cooper::ebuild

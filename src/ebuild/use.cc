#include "ebuild/use.h"

#include <algorithm>

#include "ebuild/names.h"
#include "util/text.h"

namespace cooper::ebuild {

Result<std::vector<IuseFlag>> parse_iuse(std::string_view text, const Eapi& eapi) {
  std::vector<IuseFlag> flags;
  for (std::string_view word : util::words(text)) {
    std::string_view name = word;
    std::optional<bool> default_on;
    if (name[0] == '+' || name[0] == '-') {
      default_on = name[0] == '+';
      name.remove_prefix(1);
      if (!eapi.iuse_defaults)
        return fail(ErrorKind::usage, "invalid word \"" + std::string(word) + "\" in IUSE", {},
                    "defaults (\"+\", \"-\") are not in EAPI " + std::string(eapi.name));
    }
    if (!is_use_flag_name(name))
      return fail(ErrorKind::usage, "invalid word \"" + std::string(word) + "\" in IUSE", {},
                  "\"" + std::string(name) + "\" is no name of a USE flag");
    auto known = std::find_if(flags.begin(), flags.end(), [&](const IuseFlag& flag) { return flag.name == name; });
    if (known == flags.end())
      flags.push_back({std::string(name), default_on});
    else if (default_on)
      known->default_on = default_on;
  }
  return flags;
}

std::vector<FlagDemand> flag_demands(const Atom& atom, const UseSet& use_of_dependent) {
  using Kind = UseDependency::Kind;
  std::vector<FlagDemand> demands;
  demands.reserve(atom.use.size());
  for (const UseDependency& use : atom.use) {
    bool on = use_of_dependent.contains(use.flag);
    switch (use.kind) {
      case Kind::enabled: demands.push_back({use.flag, true, use.missing}); break;
      case Kind::disabled: demands.push_back({use.flag, false, use.missing}); break;
      case Kind::same: demands.push_back({use.flag, on, use.missing}); break;
      case Kind::opposite: demands.push_back({use.flag, !on, use.missing}); break;
      case Kind::if_enabled:
        if (on) demands.push_back({use.flag, true, use.missing});
        break;
      case Kind::if_disabled:
        if (!on) demands.push_back({use.flag, false, use.missing});
        break;
    }
  }
  return demands;
}

}  // namespace cooper::ebuild

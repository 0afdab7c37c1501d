// The environment of the phases, and the line of each package that has_version sees (runtime/README.md).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "build/action.h"

namespace cooper::build {

// "dev-lang/php-8.2.32-r1" in the parts that ebuilds see: CATEGORY, PN, PV, PR, PVR, P, PF.
struct PackageNames {
  std::string category, pn, pv, pr, pvr, p, pf;
};
Result<PackageNames> package_names(std::string_view cpv);

// The folder of a build as the sandbox sees it: "/var/tmp/portage/CATEGORY/PF".
std::string build_path(const PackageNames& names);

// Everything but MAKEFLAGS and MAKEOPTS, which are the executor's.
std::map<std::string, std::string> phase_environment(const BuildAction& action, const PackageNames& names);

// The content of /cooper/state/packages.
std::string package_lines(const BuildAction& action);

}  // namespace cooper::build

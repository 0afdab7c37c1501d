// What the phases of a package find in every sandbox, in builds and in images: its names, its folders, the commands
// (runtime/README.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "util/error.h"

namespace cooper::phases {

namespace fs = std::filesystem;

using Environment = std::map<std::string, std::string>;

// "dev-lang/php-8.2.32-r1" in the parts that ebuilds see: CATEGORY, PN, PV, PR, PVR, P, PF.
struct PackageNames {
  std::string category, pn, pv, pr, pvr, p, pf;
};
Result<PackageNames> package_names(std::string_view cpv);

// The folder of a package's work as the sandbox sees it: "/var/tmp/portage/CATEGORY/PF".
std::string work_folder(const PackageNames& names);

// Over `environment`: the names, the folders below the work folder but D, a root without prefix and offset, a fixed
// locale, time zone and SOURCE_DATE_EPOCH, and PATH with the commands before what it was.
void set_common_variables(Environment& environment, const PackageNames& names, int64_t source_date_epoch);

// The folder to bind at /cooper/bin: that of `helper`, the program cooper-helper, where its commands are beside it;
// else `folder`, where they are then made.
Result<fs::path> command_folder(const fs::path& helper, const fs::path& folder);

}  // namespace cooper::phases

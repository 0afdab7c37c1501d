// Which names are legal (PMS 3.1), and where a package's name ends and its version begins.
#pragma once

#include <string_view>

namespace cooper::ebuild {

bool is_category_name(std::string_view name);    // 3.1.1
bool is_package_name(std::string_view name);     // 3.1.2: also does not end in "-" and a version
bool is_qualified_name(std::string_view name);   // "category/package"
bool is_slot_name(std::string_view name);        // 3.1.3
bool is_use_flag_name(std::string_view name);    // 3.1.4
bool is_repository_name(std::string_view name);  // 3.1.5
bool is_eclass_name(std::string_view name);      // 3.1.6
bool is_license_name(std::string_view name);     // 3.1.7
bool is_keyword_name(std::string_view name);     // 3.1.8, without "~" or "-" before it
bool is_eapi_name(std::string_view name);        // 3.1.9

// "php-8.2.32-r1" → "php" and "8.2.32-r1". `version` is empty where the text does not end in "-" and a version.
// The parts are views into `text`; the name is not checked.
struct NameVersion {
  std::string_view name;
  std::string_view version;
};
NameVersion split_name_version(std::string_view text);

}  // namespace cooper::ebuild

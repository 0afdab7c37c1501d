// The table of EAPI features: one row an EAPI, every rule that differs a column (PMS, appendix "EAPI feature table").
#pragma once

#include <string>
#include <string_view>

namespace cooper::ebuild {

// Only members that some code reads are here; add columns as rules are implemented.
struct Eapi {
  std::string_view name;  // "0" … "9"
  int number = 0;
  // Metadata (chapters 5 to 8)
  bool bdepend = false;                      // 7+
  bool idepend = false;                      // 8+
  bool required_use = false;                 // 4+
  bool at_most_one_of = false;               // ?? ( ), 5+
  bool empty_groups = true;                  // empty || ( ) counts as satisfied: up to 6
  bool slot_dependencies = false;            // 1+
  bool slot_operators = false;               // 5+
  bool use_dependencies = false;             // 2+
  bool use_dependency_defaults = false;      // 4+
  bool strong_blocks = false;                // 2+
  bool src_uri_arrows = false;               // 2+
  bool selective_uri_restrictions = false;   // fetch+ mirror+, 8+
  bool iuse_defaults = false;                // 1+
  bool iuse_effective = false;               // 5+
  bool profile_package_directories = false;  // package.mask and the like as folders, 7+
  bool profile_use_stable = false;           // use.stable.mask …, 5+
};

// The row of an EAPI, or nullptr where cooper does not know it.
const Eapi* find_eapi(std::string_view name);
// The newest that cooper knows: what user-written atoms are read with.
const Eapi& newest_eapi();

// The name of the EAPI that the text of an ebuild declares: its first line that is neither blank nor a comment, where
// that is an assignment to EAPI of the form PMS 7.3.1 demands, else "0". A view into the text, or to a literal.
std::string_view eapi_of_ebuild(std::string_view text);

}  // namespace cooper::ebuild

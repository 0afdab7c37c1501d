#include "ebuild/eapi.h"

#include <array>

namespace cooper::ebuild {
namespace {

constexpr Eapi row(std::string_view name, int number) {
  return {
      .name = name,
      .number = number,
      .bdepend = number >= 7,
      .idepend = number >= 8,
      .required_use = number >= 4,
      .at_most_one_of = number >= 5,
      .empty_groups = number <= 6,
      .slot_dependencies = number >= 1,
      .slot_operators = number >= 5,
      .use_dependencies = number >= 2,
      .use_dependency_defaults = number >= 4,
      .strong_blocks = number >= 2,
      .src_uri_arrows = number >= 2,
      .selective_uri_restrictions = number >= 8,
      .iuse_defaults = number >= 1,
      .iuse_effective = number >= 5,
      .profile_package_directories = number >= 7,
      .profile_use_stable = number >= 5,
  };
}

constexpr std::array<Eapi, 10> table{row("0", 0), row("1", 1), row("2", 2), row("3", 3), row("4", 4),
                                     row("5", 5), row("6", 6), row("7", 7), row("8", 8), row("9", 9)};

}  // namespace

const Eapi* find_eapi(std::string_view name) {
  if (name.empty()) return &table[0];  // PMS 7.3.1: an empty EAPI is 0
  for (const Eapi& eapi : table)
    if (eapi.name == name) return &eapi;
  return nullptr;
}

const Eapi& newest_eapi() { return table.back(); }

}  // namespace cooper::ebuild

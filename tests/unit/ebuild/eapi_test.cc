#include "ebuild/eapi.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

TEST(Eapi, KnowsZeroToNine) {
  for (int number = 0; number <= 9; ++number) {
    const Eapi* eapi = find_eapi(std::to_string(number));
    ASSERT_NE(eapi, nullptr);
    EXPECT_EQ(eapi->number, number);
    EXPECT_EQ(eapi->name, std::to_string(number));
  }
  EXPECT_EQ(newest_eapi().number, 9);
  ASSERT_NE(find_eapi(""), nullptr);
  EXPECT_EQ(find_eapi("")->number, 0);
  for (std::string_view name : {"10", "-1", "08", "8 ", "5-progress", "x"}) EXPECT_EQ(find_eapi(name), nullptr) << name;
}

// First EAPI with the feature; `until` the last.
struct Feature {
  const char* name;
  bool Eapi::*member;
  int since, until;
};

TEST(Eapi, HasTheFeaturesOfTheTables) {
  for (const Feature& feature : std::vector<Feature>{
           {"BDEPEND", &Eapi::bdepend, 7, 9},
           {"IDEPEND", &Eapi::idepend, 8, 9},
           {"REQUIRED_USE", &Eapi::required_use, 4, 9},
           {"??", &Eapi::at_most_one_of, 5, 9},
           {"empty groups match", &Eapi::empty_groups, 0, 6},
           {"slot dependencies", &Eapi::slot_dependencies, 1, 9},
           {"slot operators", &Eapi::slot_operators, 5, 9},
           {"USE dependencies", &Eapi::use_dependencies, 2, 9},
           {"USE dependency defaults", &Eapi::use_dependency_defaults, 4, 9},
           {"!!", &Eapi::strong_blocks, 2, 9},
           {"->", &Eapi::src_uri_arrows, 2, 9},
           {"fetch+", &Eapi::selective_uri_restrictions, 8, 9},
           {"IUSE defaults", &Eapi::iuse_defaults, 1, 9},
           {"IUSE_EFFECTIVE", &Eapi::iuse_effective, 5, 9},
           {"package.mask as a folder", &Eapi::profile_package_directories, 7, 9},
           {"use.stable.mask", &Eapi::profile_use_stable, 5, 9},
       })
    for (int number = 0; number <= 9; ++number)
      EXPECT_EQ(find_eapi(std::to_string(number))->*feature.member, number >= feature.since && number <= feature.until)
          << feature.name << " in EAPI " << number;
}

TEST(Eapi, IsReadFromTheFirstLineOfAnEbuild) {
  struct Case {
    std::string_view text, eapi;
  };
  for (const Case& test : std::vector<Case>{
           {"EAPI=8\n", "8"},
           {"# Copyright\n\n  \t\n\t # more\nEAPI=7\nEAPI=8\n", "7"},
           {"EAPI=\"8\"", "8"},
           {"EAPI='5-progress' # why\n", "5-progress"},
           {"  \tEAPI=6 \t # x\n", "6"},
           {"EAPI=\n", "0"},
           {"EAPI=\"\"\n", "0"},
           {"", "0"},
           {"# only a comment\n", "0"},
           {"inherit x\nEAPI=8\n", "0"},
           {"EAPI = 8\n", "0"},
           {"EAPI=\"8'\n", "0"},
           {"EAPI=8#x\n", "0"},
           {"EAPI=8;x\n", "0"},
           {"EAPI=$x\n", "0"},
           {"export EAPI=8\n", "0"},
       })
    EXPECT_EQ(eapi_of_ebuild(test.text), test.eapi) << test.text;
}

}  // namespace
}  // namespace cooper::ebuild

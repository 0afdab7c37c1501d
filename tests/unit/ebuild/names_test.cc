#include "ebuild/names.h"

#include <gtest/gtest.h>

#include <vector>

namespace cooper::ebuild {
namespace {

struct Case {
  const char* kind;
  bool (*is_name)(std::string_view);
  std::vector<std::string_view> yes, no;
};

TEST(Names, AreCheckedByTheirKind) {
  const std::vector<Case> cases = {
      {"category",
       is_category_name,
       {"dev-lang", "x11", "_x", "a.b+c", "C"},
       {"", "-a", ".a", "+a", "a/b", "a b", "a@b", "ä"}},
      {"package",
       is_package_name,
       {"php", "gtk+", "c++", "7zip", "x264", "foo-", "foo--bar", "a_b", "lib-2to3", "foo-r1", "foo-1xy", "foo-1-",
        "666"},
       {"", "-a", "+a", "a.b", "foo-1", "foo-1-r1", "foo-2_pre", "foo-3b", "foo-1.x-", "foo-20240101", "a@b", "a b"}},
      {"slot", is_slot_name, {"0", "8.2", "3.12t", "_", "a+b", "stable-1"}, {"", "-0", ".0", "+0", "0/1", "0=", "*"}},
      {"USE flag",
       is_use_flag_name,
       {"ssl", "X", "7z", "c++0x", "linguas_en@latin", "a-b_c"},
       {"", "_a", "-a", "+a", "@a", "a.b", "a?", "a b"}},
      {"repository",
       is_repository_name,
       {"gentoo", "my_repo", "x-portage", "1"},
       {"", "-a", "a+b", "a.b", "repo-1", "a/b"}},
      {"eclass", is_eclass_name, {"autotools", "_x", "python-r1", "a.b"}, {"", "default", "1a", "-a", "a+b"}},
      {"license",
       is_license_name,
       {"GPL-2+", "Apache-2.0", "0BSD", "BSD-2", "_x"},
       {"", "-GPL", "+GPL", ".x", "a/b", "@FREE"}},
      {"keyword", is_keyword_name, {"amd64", "x86-linux", "arm64_macos"}, {"", "-amd64", "~amd64", "*", "a.b"}},
      {"EAPI", is_eapi_name, {"8", "5-progress", "paludis-1", "_x"}, {"", "-8", "+8", ".8", "8 "}},
  };
  for (const Case& test : cases) {
    for (std::string_view name : test.yes) EXPECT_TRUE(test.is_name(name)) << test.kind << " " << name;
    for (std::string_view name : test.no) EXPECT_FALSE(test.is_name(name)) << test.kind << " " << name;
  }
}

TEST(Names, PartFromVersions) {
  struct Split {
    std::string_view text, name, version;
  };
  for (const Split& test : std::vector<Split>{
           {"php-8.2.32-r1", "php", "8.2.32-r1"},
           {"php-8.2.32", "php", "8.2.32"},
           {"timezone-data-2024a-r1", "timezone-data", "2024a-r1"},
           {"foo-1-2", "foo-1", "2"},
           {"foo-1-r1-2-r3", "foo-1-r1", "2-r3"},
           {"foo--1", "foo-", "1"},
           {"foo-r1", "foo-r1", ""},
           {"foo", "foo", ""},
           {"foo-", "foo-", ""},
           {"-1", "-1", ""},
           {"-1-r1", "-1-r1", ""},
           {"foo-1-r", "foo-1-r", ""},
           {"foo-1--r1", "foo-1--r1", ""},
           {"foo-rc-1", "foo-rc", "1"},
           {"", "", ""},
       }) {
    NameVersion parts = split_name_version(test.text);
    EXPECT_EQ(parts.name, test.name) << test.text;
    EXPECT_EQ(parts.version, test.version) << test.text;
  }
}

}  // namespace
}  // namespace cooper::ebuild

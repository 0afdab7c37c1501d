#include "ebuild/stand_in.h"

#include <gtest/gtest.h>

namespace cooper::ebuild {
namespace {

bool serves(const char* stand_in, const char* atom, bool programs = true) {
  auto one = StandIn::parse(stand_in);
  auto wanted = Atom::parse_user(atom);
  EXPECT_TRUE(one && wanted) << stand_in << " " << atom;
  return one && wanted && stands_for(*one, *wanted, programs);
}

TEST(StandIn, HasTheVersionItHas) {
  EXPECT_TRUE(serves("dev-build/cmake-3.25.1", "dev-build/cmake"));
  EXPECT_TRUE(serves("dev-build/cmake-3.25.1", ">=dev-build/cmake-3.20.5"));
  EXPECT_FALSE(serves("dev-build/cmake-3.25.1", ">=dev-build/cmake-3.28"));
  EXPECT_FALSE(serves("dev-build/cmake-3.25.1", "dev-build/meson"));
}

TEST(StandIn, ServesForLaterVersionsWhereItSaysSo) {
  EXPECT_TRUE(serves("dev-build/automake-1.16.5 later", ">=dev-build/automake-1.18.1:1.18"));
  EXPECT_TRUE(serves("dev-build/automake-1.16.5 later", "=dev-build/automake-1.18*"));
  EXPECT_TRUE(serves("dev-build/automake-1.16.5 later", "dev-build/automake:1.16"));
  EXPECT_FALSE(serves("dev-build/automake-1.16.5 later", "=dev-build/automake-1.15*"));
  EXPECT_FALSE(serves("dev-build/automake-1.16.5 later", "dev-build/automake:1.15"));
  EXPECT_FALSE(serves("dev-build/automake-1.16.5 later", "<dev-build/automake-1.16"));
  EXPECT_TRUE(serves("dev-lang/python-3.11.2 later", "dev-lang/python:3.14"));
}

TEST(StandIn, KnowsItsSlotOrTellsItFromTheVersion) {
  EXPECT_TRUE(serves("dev-build/autoconf-2.71", "dev-build/autoconf:2.71"));
  EXPECT_FALSE(serves("dev-build/autoconf-2.71", "dev-build/autoconf:2.13"));
  EXPECT_TRUE(serves("sys-devel/gcc-12.2.0:12", "sys-devel/gcc:12"));
  EXPECT_FALSE(serves("sys-devel/gcc-12.2.0:12", "sys-devel/gcc:0"));
}

TEST(StandIn, OfferingProgramsDoesNotServeForHeaders) {
  EXPECT_TRUE(serves("app-arch/xz-utils-5.4.1 programs", "app-arch/xz-utils", true));
  EXPECT_FALSE(serves("app-arch/xz-utils-5.4.1 programs", "app-arch/xz-utils", false));
  EXPECT_TRUE(serves("sys-devel/flex-2.6.4", "sys-devel/flex", false));
}

TEST(StandIn, TextGivesTheSameAgain) {
  for (const char* text : {"a/b-1", "a/b-1:3.1", "a/b-1 later", "a/b-1:0 later posing programs"}) {
    auto one = StandIn::parse(text);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->text(), text);
  }
  EXPECT_FALSE(StandIn::parse(""));
  EXPECT_FALSE(StandIn::parse("no-version"));
}

}  // namespace
}  // namespace cooper::ebuild

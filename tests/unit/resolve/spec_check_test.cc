#include "resolve/spec_check.h"

#include "fixture.h"

namespace cooper::resolve::test {
namespace {

using testing::HasSubstr;

class SpecCheckTest : public ResolveTest {
 protected:
  Result<> check_text(const std::string& more) {
    auto spec = spec::parse("name = \"x\"\npackages = [\"a/app\"]\n" + more, "x.toml");
    EXPECT_TRUE(spec) << (spec ? "" : spec.error().message());
    return check_spec(*spec, {repository_}, *config_);
  }
  void SetUp() override {
    add("a/app-1", {{"IUSE", "intl gui"}});
    add("a/app-2", {{"IUSE", "intl newer"}});
    add("a/plain-1");
  }
};

TEST_F(SpecCheckTest, FlagsOfAnyMatchingVersionAreKnown) {
  EXPECT_TRUE(check_text("[package.\"a/app\"]\nuse = [\"intl\", \"-gui\", \"newer\", \"-*\"]"));
  EXPECT_FALSE(check_text("[package.\"<a/app-2\"]\nuse = [\"newer\"]"));
  EXPECT_TRUE(check_text("[package.\"*/*\"]\nuse = [\"whatever\"]"));
}

TEST_F(SpecCheckTest, UnknownFlagNamesPlaceAndNearest) {
  auto result = check_text("[package.\"a/app\"]\nuse = [\"gui\", \"-itnl\"]");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "a/app has no USE flag 'itnl'");
  EXPECT_EQ(result.error().where, "x.toml:4:15");
  EXPECT_THAT(result.error().hint, HasSubstr("intl"));
  EXPECT_EQ(check_text("[package.\"a/plain\"]\nuse = [\"x\"]").error().hint, "it has no flags at all");
}

TEST_F(SpecCheckTest, AtomsThatMatchNothing) {
  EXPECT_EQ(check_text("[package.\"a/apq\"]\nuse = []").error().hint, "did you mean 'a/app'?");
  EXPECT_EQ(check_text("mask = [\">a/app-2\"]").error().what, "mask: no ebuild matches '>a/app-2'");
  EXPECT_EQ(check_text("[root]\nexclude = [\"a/none\"]").error().where, "x.toml:4:12");
}

TEST_F(SpecCheckTest, GlobalFlagsThatNothingHasAreWarnings) {
  auto spec = spec::parse("name = \"x\"\npackages = [\"a/app\"]\nuse = [\"intl\", \"-nosuch\"]", "x.toml");
  ASSERT_TRUE(spec);
  EXPECT_THAT(unused_flags(*spec, plan({"a/app"})),
              testing::ElementsAre("x.toml:3:16: no package of the plan has the USE flag 'nosuch'"));
}

}  // namespace
}  // namespace cooper::resolve::test

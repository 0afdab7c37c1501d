// What is said where there is no plan.
#include "fixture.h"

namespace cooper::resolve::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(ResolveTest, UnknownTargetNamesTheNearest) {
  add("dev-lang/php-8");
  Error e = error({"dev-lang/phpp"});
  EXPECT_EQ(e.kind, ErrorKind::usage);
  EXPECT_EQ(e.what, "there is no package 'dev-lang/phpp'");
  EXPECT_EQ(e.where, "x.toml:1:1");
  EXPECT_EQ(e.hint, "did you mean 'dev-lang/php'?");
  EXPECT_EQ(error({"app-lang/php"}).hint, "did you mean 'dev-lang/php'?");
}

TEST_F(ResolveTest, UnknownDependencyIsToldWithItsChain) {
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"RDEPEND", "a/lowlevle"}});
  add("a/lowlevel-1");
  add("a/unrelated-1");
  Error e = error({"a/unrelated", "a/app"});
  EXPECT_EQ(e.kind, ErrorKind::no_resolution);
  EXPECT_EQ(e.what, "nothing satisfies 'a/lowlevle', which a/lib-1 needs to run");
  EXPECT_EQ(e.where, "x.toml:2:1");
  EXPECT_EQ(e.why,
            "x.toml:2:1 asks for a/app\n"
            "a/app-1 needs a/lib to run (RDEPEND)\n"
            "a/lib-1 needs a/lowlevle to run (RDEPEND)\n"
            "  no repository has a/lowlevle (searched in: test)");
  EXPECT_THAT(e.hint, HasSubstr("'a/lowlevel'"));
}

TEST_F(ResolveTest, MaskedCandidatesAreListedWithRemedies) {
  add("a/app-1", {{"RDEPEND", ">=a/lib-2"}});
  add("a/lib-1");
  add("a/lib-2", {{"KEYWORDS", "~amd64"}});
  add("a/lib-3");
  config_->masked = {"a/lib-3"};
  Error e = error({"a/app"});
  EXPECT_THAT(e.why, HasSubstr("a/lib-2: masked: keyword ~amd64"));
  EXPECT_THAT(e.why, HasSubstr("a/lib-3: masked: package.mask"));
  EXPECT_THAT(e.why, Not(HasSubstr("a/lib-1")));
  EXPECT_THAT(e.hint, HasSubstr("[package.\"a/lib\"]\nkeywords = [\"~amd64\"]"));
}

TEST_F(ResolveTest, WrongVersionOrSlotListsWhatThereIs) {
  add("a/lib-1");
  add("a/lib-2", {{"SLOT", "2/2.1"}});
  EXPECT_THAT(error({">=a/lib-3"}).why, HasSubstr("there are: 2:2/2.1, 1:0"));
  EXPECT_EQ(error({"a/lib:5"}).what, "no ebuild matches 'a/lib:5'");
  EXPECT_EQ(error({"a/lib:5"}).kind, ErrorKind::usage);
  add("a/app-1", {{"RDEPEND", "a/lib:5"}});
  EXPECT_THAT(error({"a/app"}).why, HasSubstr("there are: 2:2/2.1, 1:0"));
}

TEST_F(ResolveTest, UseDependencySaysWhoSetTheFlagAndWhatToWrite) {
  add("a/app-1", {{"RDEPEND", "a/lib[ssl,-old]"}});
  add("a/lib-1", {{"IUSE", "ssl +old"}});
  Error e = error({"a/app"});
  EXPECT_THAT(e.why, HasSubstr("a/lib-1: 'ssl' is off (IUSE default), but must be on"));
  EXPECT_THAT(e.why, HasSubstr("a/lib-1: 'old' is on (IUSE default), but must be off"));
  EXPECT_EQ(e.hint, "[package.\"a/lib\"]\nuse = [\"ssl\", \"-old\"]");
  config_->locked = {"ssl"};
  EXPECT_EQ(error({"a/app"}).hint, "");
}

TEST_F(ResolveTest, SlotConflictNamesBothSides) {
  add("a/x-1", {{"RDEPEND", ">=a/lib-2"}});
  add("a/y-1", {{"RDEPEND", "<a/lib-2"}});
  add("a/lib-1");
  add("a/lib-2");
  Error e = error({"a/x", "a/y"});
  EXPECT_EQ(e.what, "a/lib cannot be there in two versions");
  EXPECT_EQ(e.why,
            "x.toml:1:1 asks for a/x\n"
            "x.toml:2:1 asks for a/y\n"
            "a/x-1 needs >=a/lib-2 to run (RDEPEND)\n"
            "a/y-1 needs <a/lib-2 to run (RDEPEND)\n"
            "but the image holds only one of a/lib-2 and a/lib-1: both are slot 0");
}

TEST_F(ResolveTest, BlockerNamesBothSides) {
  add("a/x-1", {{"RDEPEND", "!a/y"}});
  add("a/y-1");
  Error e = error({"a/x", "a/y"});
  EXPECT_EQ(e.what, "a/x-1 and a/y-1 exclude each other");
  EXPECT_THAT(e.why, HasSubstr("a/x-1 blocks a/y-1 (!a/y)"));
}

TEST_F(ResolveTest, EveryBranchIsToldWhereAllFail) {
  add("a/app-1", {{"RDEPEND", "|| ( a/x a/y )"}});
  add("a/x-1", {{"RDEPEND", "a/none"}});
  add("a/y-1", {{"KEYWORDS", "~amd64"}});
  Error e = error({"a/app"});
  EXPECT_THAT(e.why, HasSubstr("a/app-1 needs || ( a/x a/y ) to run"));
  EXPECT_THAT(e.why, HasSubstr("a/x-1 needs a/none to run"));
  EXPECT_THAT(e.why, HasSubstr("a/y-1: masked: keyword ~amd64"));
}

TEST_F(ResolveTest, VersionsWithTheSameNeedShareALine) {
  for (const char* version : {"1", "2", "3", "4", "5"}) add(std::string("a/lib-") + version, {{"RDEPEND", "a/none"}});
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  Error e = error({"a/app"});
  EXPECT_EQ(e.what, "nothing satisfies 'a/none', which a/lib-5 needs to run");
  EXPECT_EQ(e.why,
            "x.toml:1:1 asks for a/app\n"
            "a/app-1 needs a/lib to run (RDEPEND)\n"
            "a/lib-5, a/lib-4 and 3 other versions need a/none to run (RDEPEND)\n"
            "  no repository has a/none (searched in: test)");
}

TEST_F(ResolveTest, HeadlineFollowsThePreferredPath) {
  add("a/app-1", {{"RDEPEND", "|| ( a/x a/y )"}});
  add("a/x-1", {{"RDEPEND", "a/deep"}});
  add("a/deep-1", {{"RDEPEND", "a/none"}});
  EXPECT_EQ(error({"a/app"}).what, "nothing satisfies 'a/none', which a/deep-1 needs to run");
}

TEST_F(ResolveTest, BuildTimeFailuresSayTheirKind) {
  add("a/app-1", {{"BDEPEND", "a/none"}});
  EXPECT_EQ(error({"a/app"}).what, "nothing satisfies 'a/none', which a/app-1 needs to be built");
}

TEST_F(ResolveTest, BindingThatCannotHold) {
  add("a/app-1", {{"DEPEND", "<a/lib-2:="}, {"RDEPEND", ">=a/lib-2:="}});
  add("a/lib-1", {{"SLOT", "0/1"}});
  add("a/lib-2", {{"SLOT", "0/2"}});
  Error e = error({"a/app"});
  EXPECT_EQ(e.what, "a package would run with another library than it is built against");
  EXPECT_THAT(e.why, HasSubstr("a/app-1 is built against a/lib-1 (slot 0/1)"));
}

TEST_F(ResolveTest, RequiredUseNamesClauseFlagsAndRemedy) {
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"IUSE", "soap xml +json"}, {"REQUIRED_USE", "soap? ( xml ) || ( json xml )"}});
  config_->use_settings["a/lib"] = {"soap"};
  Error e = error({"a/app"});
  EXPECT_EQ(e.kind, ErrorKind::no_resolution);
  EXPECT_THAT(e.what, HasSubstr("the USE flags of a/lib-1 contradict its REQUIRED_USE: soap? ( xml )"));
  EXPECT_EQ(e.where, "RDEPEND of a/app-1, x.toml:1:1");
  EXPECT_THAT(e.why, HasSubstr("soap is on: the spec"));
  EXPECT_THAT(e.why, HasSubstr("xml is off: IUSE default"));
  EXPECT_THAT(e.hint, HasSubstr("[package.\"a/lib\"]\nuse = [\"xml\"]"));
}

}  // namespace
}  // namespace cooper::resolve::test

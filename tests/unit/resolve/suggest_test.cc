// Changes of the configuration that give a plan where there is none.
#include "resolve/suggest.h"
#include "fixture.h"

namespace cooper::resolve::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class SuggestTest : public ResolveTest {
 protected:
  std::optional<Suggestion> suggestion(std::initializer_list<const char*> targets, Permissions permissions = {}) {
    EXPECT_FALSE(try_plan(targets)) << "there is a plan without changes";
    Suggestion found = suggest(request_, permissions);
    if (!found.plan) return std::nullopt;
    return found;
  }
};

TEST_F(SuggestTest, FlagsOfTheHighestVersion) {
  add("a/app-1", {{"RDEPEND", "a/lib[ssl,-old]"}});
  add("a/lib-1", {{"IUSE", "+ssl"}});
  add("a/lib-2", {{"IUSE", "ssl +old"}});
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 1u);
  EXPECT_EQ(found->changes[0].package->cpv.text(), "a/lib-2");
  EXPECT_THAT(found->changes[0].use, ElementsAre(Pair("old", false), Pair("ssl", true)));
  EXPECT_THAT(image(*found->plan), ElementsAre("a/app-1", "a/lib-2"));
  EXPECT_FALSE(suggestion({"a/app"}, {.use = false}));
}

TEST_F(SuggestTest, ChangedFlagsBringTheirOwnNeeds) {
  add("a/app-1", {{"RDEPEND", "a/lib[ssl]"}});
  add("a/lib-1", {{"IUSE", "ssl"}, {"RDEPEND", "ssl? ( a/tls[fast] )"}});
  add("a/tls-1", {{"IUSE", "fast"}});
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 2u);
  EXPECT_THAT(image(*found->plan), ElementsAre("a/app-1", "a/lib-1", "a/tls-1"));
}

TEST_F(SuggestTest, RequiredUseIsMetToo) {
  add("a/app-1", {{"RDEPEND", "a/lib[ssl]"}});
  add("a/lib-1", {{"IUSE", "ssl +gnu"}, {"REQUIRED_USE", "?? ( ssl gnu )"}});
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  EXPECT_THAT(found->changes[0].use, ElementsAre(Pair("gnu", false), Pair("ssl", true)));
  // Portage leaves that to the user, and so has no plan.
  request_.like_portage = true;
  EXPECT_FALSE(try_plan({"a/app"}));
  Suggestion partial = suggest(request_, {});
  EXPECT_FALSE(partial.plan);
  ASSERT_EQ(partial.changes.size(), 1u);
  EXPECT_THAT(partial.changes[0].use, ElementsAre(Pair("ssl", true)));
}

TEST_F(SuggestTest, FlagsOfWhoAsksWhereThePackageHasNone) {
  add("a/app-1", {{"IUSE", "+ssl"}, {"RDEPEND", "a/lib[ssl(-)?]"}});
  add("a/lib-1");
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 1u);
  EXPECT_EQ(found->changes[0].package->cpv.text(), "a/app-1");
  EXPECT_THAT(found->changes[0].use, ElementsAre(Pair("ssl", false)));
}

TEST_F(SuggestTest, KeywordOfANewVersionBeforeFlagsForAnOldOne) {
  add("a/app-2", {{"RDEPEND", "a/new"}});
  add("a/app-1", {{"RDEPEND", "a/old[x]"}});
  add("a/new-1", {{"KEYWORDS", "~amd64"}});
  add("a/old-1", {{"IUSE", "x"}});
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 1u);
  EXPECT_EQ(found->changes[0].package->cpv.text(), "a/new-1");
}

TEST_F(SuggestTest, LockedFlagsStay) {
  add("b/app-1", {{"RDEPEND", "b/lib[ssl]"}});
  add("b/lib-1", {{"IUSE", "ssl"}});
  config_->locked = {"ssl"};
  EXPECT_FALSE(suggestion({"b/app"}));
}

TEST_F(SuggestTest, OppositeDemandsHaveNoAnswer) {
  add("a/app-1", {{"RDEPEND", "a/lib[ssl] a/other"}});
  add("a/other-1", {{"RDEPEND", "a/lib[-ssl]"}});
  add("a/lib-1", {{"IUSE", "ssl"}});
  EXPECT_FALSE(suggestion({"a/app"}));
}

TEST_F(SuggestTest, KeywordsAndMasksAsPermitted) {
  add("a/app-1", {{"RDEPEND", "a/testing a/masked a/bare"}});
  add("a/testing-1", {{"KEYWORDS", "~amd64"}});
  add("a/masked-1");
  add("a/bare-1", {{"KEYWORDS", ""}});
  config_->masked = {"a/masked-1"};
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  std::set<std::string> told;
  for (const Change& change : found->changes)
    told.insert(change.package->cpv.text() + " " + change.keyword + (change.unmask ? "unmask" : ""));
  EXPECT_THAT(told, ElementsAre("a/bare-1 **", "a/masked-1 unmask", "a/testing-1 ~amd64"));
  EXPECT_FALSE(suggestion({"a/app"}, {.keywords = false}));
  EXPECT_FALSE(suggestion({"a/app"}, {.masks = false}));
}

TEST_F(SuggestTest, TestingVersionBeforeAMaskedOne) {
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"KEYWORDS", "~amd64"}});
  add("a/lib-2");
  config_->masked = {"a/lib-2"};
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->changes[0].package->cpv.text(), "a/lib-1");
}

TEST_F(SuggestTest, AlternativeThatOnlyLacksAFlagBeforeAMaskedOne) {
  add("a/app-1", {{"RDEPEND", "|| ( a/first a/second[x] )"}});
  add("a/first-1", {{"KEYWORDS", "~amd64"}});
  add("a/second-1", {{"IUSE", "x"}});
  auto found = suggestion({"a/app"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 1u);
  EXPECT_EQ(found->changes[0].package->cpv.text(), "a/second-1");
}

TEST_F(SuggestTest, FlagsThatEndACircle) {
  add("a/x-1", {{"IUSE", "+doc"}, {"BDEPEND", "doc? ( a/y )"}});
  add("a/y-1", {{"BDEPEND", "a/x"}});
  auto found = suggestion({"a/x"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 1u);
  EXPECT_EQ(found->changes[0].package->cpv.text(), "a/x-1");
  EXPECT_THAT(found->changes[0].use, ElementsAre(Pair("doc", false)));
  EXPECT_THAT(all(*found->plan), ElementsAre("a/x-1"));
}

TEST_F(SuggestTest, EachWayToEndACircleIsTheSmallest) {
  add("a/x-1", {{"IUSE", "+doc min +man"},
                {"REQUIRED_USE", "^^ ( man min )"},
                {"DEPEND", "doc? ( !min? ( a/y ) ) man? ( a/y )"}});
  add("a/y-1", {{"DEPEND", "a/x"}});
  request_.like_portage = true;
  EXPECT_FALSE(try_plan({"a/y"}));
  Suggestion found = suggest(request_, {});
  EXPECT_FALSE(found.plan);
  EXPECT_THAT(found.changes, IsEmpty());
  ASSERT_EQ(found.cycle_breaks.size(), 1u);
  EXPECT_EQ(found.cycle_breaks[0].package->cpv.text(), "a/x-1");
  EXPECT_EQ(found.cycle_breaks[0].without->cpv.text(), "a/y-1");
  EXPECT_THAT(found.cycle_breaks[0].use, ElementsAre(Pair("man", false), Pair("min", true)));
}

TEST_F(SuggestTest, FlagsThatOthersDemandDoNotEndACircle) {
  add("a/app-1", {{"DEPEND", "a/x[doc] a/y"}});
  add("a/x-1", {{"IUSE", "+doc"}, {"DEPEND", "doc? ( a/y )"}});
  add("a/y-1", {{"DEPEND", "a/x"}});
  request_.like_portage = true;
  EXPECT_FALSE(try_plan({"a/app"}));
  EXPECT_THAT(suggest(request_, {}).cycle_breaks, IsEmpty());
}

TEST_F(SuggestTest, NothingHelpsAgainstAConflict) {
  add("a/x-1", {{"RDEPEND", ">=a/lib-2"}});
  add("a/y-1", {{"RDEPEND", "<a/lib-2"}});
  add("a/lib-1");
  add("a/lib-2");
  EXPECT_FALSE(suggestion({"a/x", "a/y"}));
}

}  // namespace
}  // namespace cooper::resolve::test

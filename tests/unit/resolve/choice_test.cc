// Which of several possibilities is taken: versions, slots, "|| ( )", USE dependencies, bindings, blockers.
#include "fixture.h"

namespace cooper::resolve::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(ResolveTest, HighestVisibleVersion) {
  add("a/lib-1");
  add("a/lib-2");
  add("a/lib-10", {{"KEYWORDS", "~amd64"}});
  add("a/lib-11");
  config_->masked = {"a/lib-11"};
  Plan p = plan({"a/lib"});
  EXPECT_THAT(image(p), ElementsAre("a/lib-2"));
  EXPECT_EQ(p.packages[0].reasons[0].choice, "highest version that fits");
  config_->keywords.insert("~amd64");
  EXPECT_THAT(image(plan({"a/lib"})), ElementsAre("a/lib-10"));
}

TEST_F(ResolveTest, VersionOperators) {
  for (const char* v : {"1", "1.1", "1.1-r1", "1.2", "2"}) add(std::string("a/lib-") + v);
  for (auto [atom, expected] : std::vector<std::pair<const char*, const char*>>{{"<a/lib-1.1", "1"},
                                                                                {"<=a/lib-1.1", "1.1"},
                                                                                {"=a/lib-1.1", "1.1"},
                                                                                {"~a/lib-1.1", "1.1-r1"},
                                                                                {"=a/lib-1*", "1.2"},
                                                                                {">=a/lib-1.1", "2"},
                                                                                {">a/lib-1.2", "2"}})
    EXPECT_THAT(image(plan({atom})), ElementsAre(std::string("a/lib-") + expected)) << atom;
}

TEST_F(ResolveTest, TwoNeedsOfOneSlotAgree) {
  add("a/app-1", {{"RDEPEND", "a/lib a/old"}});
  add("a/old-1", {{"RDEPEND", "<a/lib-2"}});
  add("a/lib-1");
  add("a/lib-2");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/lib-1", "a/old-1"));
  EXPECT_EQ(find(p, "a/lib-1").reasons[0].choice, "highest version that fits all needs");
}

TEST_F(ResolveTest, OlderParentWhereTheNewestCannotBe) {
  add("a/app-2", {{"RDEPEND", ">=a/lib-2"}});
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  add("a/fixed-1", {{"RDEPEND", "<a/lib-2"}});
  add("a/lib-1");
  add("a/lib-2");
  EXPECT_THAT(image(plan({"a/fixed", "a/app"})), ElementsAre("a/app-1", "a/fixed-1", "a/lib-1"));
}

TEST_F(ResolveTest, SlotsLiveSideBySide) {
  add("a/app-1", {{"RDEPEND", "a/lang:1 a/lang:2"}});
  add("a/lang-1.5", {{"SLOT", "1"}});
  add("a/lang-2.5", {{"SLOT", "2"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/lang-1.5", "a/lang-2.5"));
}

TEST_F(ResolveTest, SubslotIsMatchedWhereNamed) {
  add("a/app-1", {{"RDEPEND", "a/lib:0/7="}});
  add("a/lib-1", {{"SLOT", "0/7"}});
  add("a/lib-2", {{"SLOT", "0/8"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/lib-1"));
}

TEST_F(ResolveTest, DependencyWithoutSlotTakesWhatTheSpecNames) {
  add("a/tool-1", {{"RDEPEND", "a/lang"}});
  add("a/lang-1.5", {{"SLOT", "1"}});
  add("a/lang-2.5", {{"SLOT", "2"}});
  EXPECT_THAT(image(plan({"a/lang:1", "a/tool"})), ElementsAre("a/lang-1.5", "a/tool-1"));
  request_.like_portage = true;
  EXPECT_THAT(image(plan({"a/lang:1", "a/tool"})), ElementsAre("a/lang-1.5", "a/lang-2.5", "a/tool-1"));
}

TEST_F(ResolveTest, BindingsAreRecorded) {
  add("a/app-1", {{"DEPEND", "a/lib:= a/lang:1="}, {"RDEPEND", "a/lib:= a/lang:1="}});
  add("a/lib-2", {{"SLOT", "0/72.1"}});
  add("a/lang-1.5", {{"SLOT", "1"}});
  Plan p = plan({"a/app"});
  EXPECT_THAT(find(p, "a/app-1").slot_bindings,
              ElementsAre(testing::Pair("a/lang:1=", "1"), testing::Pair("a/lib:=", "0/72.1")));
}

TEST_F(ResolveTest, BuildAndImageBindTheSameSubslot) {
  // The image cannot have lib-2, so the build must not use it either.
  add("a/app-1", {{"DEPEND", "a/lib:="}, {"RDEPEND", "a/lib:= a/old"}});
  add("a/old-1", {{"RDEPEND", "<a/lib-2"}});
  add("a/lib-1", {{"SLOT", "0/1"}});
  add("a/lib-2", {{"SLOT", "0/2"}});
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/lib-1", "a/old-1"));
  EXPECT_THAT(build_only(p), IsEmpty());
  EXPECT_EQ(find(p, "a/app-1").slot_bindings.at("a/lib:="), "0/1");
}

TEST_F(ResolveTest, BuildThatForcesAnotherSubslotMovesTheImage) {
  add("a/app-1", {{"DEPEND", "<a/lib-2:="}, {"RDEPEND", "a/lib:="}});
  add("a/lib-1", {{"SLOT", "0/1"}});
  add("a/lib-2", {{"SLOT", "0/2"}});
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/lib-1", "a/app-1"));
}

TEST_F(ResolveTest, LeftmostBranch) {
  add("a/app-1", {{"RDEPEND", "|| ( a/x a/y )"}});
  add("a/x-1");
  add("a/y-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/x-1"));
  EXPECT_EQ(find(p, "a/x-1").reasons[0].choice, "only version, leftmost of || ( a/x a/y )");
}

TEST_F(ResolveTest, BranchThatIsThereAlready) {
  add("a/app-1", {{"RDEPEND", "|| ( a/x a/y )"}});
  add("a/x-1");
  add("a/y-1");
  EXPECT_THAT(image(plan({"a/app", "a/y"})), ElementsAre("a/app-1", "a/y-1"));
  // … also where it comes into view later.
  add("a/late-1", {{"RDEPEND", "a/later"}});
  add("a/later-1", {{"RDEPEND", "a/y"}});
  Plan p = plan({"a/app", "a/late"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/late-1", "a/later-1", "a/y-1"));
}

TEST_F(ResolveTest, BranchThatTheBaseRootProvides) {
  add("a/app-1", {{"BDEPEND", "|| ( a/x a/y )"}});
  add("a/x-1");
  base("a/y-1");
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/app-1"));
}

TEST_F(ResolveTest, BranchThatCannotBeHadIsSkipped) {
  add("a/app-1", {{"RDEPEND", "|| ( a/none a/masked ( a/x a/none ) a/deep a/y )"}});
  add("a/masked-1", {{"KEYWORDS", "~amd64"}});
  add("a/x-1");
  add("a/deep-1", {{"RDEPEND", "a/none"}});
  add("a/y-1");
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/y-1"));
}

TEST_F(ResolveTest, NestedGroups) {
  add("a/app-1", {{"IUSE", "+big"}, {"RDEPEND", "|| ( ( a/x || ( a/none a/y ) ) a/z ) big? ( || ( a/y a/w ) )"}});
  for (const char* name : {"x", "y", "z", "w"}) add(std::string("a/") + name + "-1");
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/x-1", "a/y-1"));
}

TEST_F(ResolveTest, EmptyAnyOf) {
  add("a/old-1", {{"EAPI", "6"}, {"IUSE", "x"}, {"RDEPEND", "|| ( x? ( a/none ) )"}});
  add("a/new-1", {{"EAPI", "8"}, {"IUSE", "x"}, {"RDEPEND", "|| ( x? ( a/none ) )"}});
  EXPECT_THAT(image(plan({"a/old"})), ElementsAre("a/old-1"));
  EXPECT_EQ(error({"a/new"}).kind, ErrorKind::no_resolution);
}

TEST_F(ResolveTest, VirtualFollowsWhatIsThere) {
  add("virtual/jpeg-1", {{"RDEPEND", "|| ( a/turbo a/classic )"}});
  add("a/turbo-1");
  add("a/classic-1");
  add("a/app-1", {{"RDEPEND", "virtual/jpeg"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/turbo-1", "virtual/jpeg-1"));
  EXPECT_THAT(image(plan({"a/app", "a/classic"})), ElementsAre("a/app-1", "a/classic-1", "virtual/jpeg-1"));
}

TEST_F(ResolveTest, UseDependencies) {
  add("a/lib-1", {{"IUSE", "+on off"}});
  struct Case {
    const char* dependency;
    const char* use;  // of a/app, which has IUSE "f on off"
    bool works;
  };
  for (const Case& c : std::vector<Case>{{"a/lib[on]", "", true},
                                         {"a/lib[off]", "", false},
                                         {"a/lib[-off]", "", true},
                                         {"a/lib[on,-off]", "", true},
                                         {"a/lib[on?]", "on", true},
                                         {"a/lib[off?]", "off", false},
                                         {"a/lib[off?]", "", true},
                                         {"a/lib[!off?]", "", true},
                                         {"a/lib[!on?]", "", false},
                                         {"a/lib[on=]", "on", true},
                                         {"a/lib[on=]", "", false},
                                         {"a/lib[!on=]", "", true},
                                         {"a/lib[none(+)]", "", true},
                                         {"a/lib[none(-)]", "", false},
                                         {"a/lib[-none(-)]", "", true},
                                         {"a/lib[none]", "", false},
                                         {"a/lib[-none]", "", false},
                                         {"a/lib[off(+)]", "", false}}) {
    repository_ = std::make_shared<MemoryRepository>("test");
    add("a/lib-1", {{"IUSE", "+on off"}});
    add("a/app-1", {{"IUSE", "f on off"}, {"RDEPEND", c.dependency}});
    config_->use_settings["a/app"] = {c.use};
    EXPECT_EQ(try_plan({"a/app"}).has_value(), c.works) << c.dependency << " with " << c.use;
  }
}

TEST_F(ResolveTest, BlockerTakesAnotherBranch) {
  add("a/app-1", {{"RDEPEND", "|| ( a/x a/y ) a/z"}});
  add("a/x-1");
  add("a/y-1");
  add("a/z-1", {{"RDEPEND", "!a/x"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/y-1", "a/z-1"));
}

TEST_F(ResolveTest, BlockerOfOtherVersionsOrFlagsDoesNotBite) {
  add("a/app-1", {{"RDEPEND", "!<a/x-1 !a/x[bad] a/x !!a/y"}});
  add("a/x-1", {{"IUSE", "bad"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/x-1"));
}

TEST_F(ResolveTest, PackageDoesNotBlockItself) {
  add("a/app-2", {{"RDEPEND", "!a/app !!<a/app-2"}});
  add("a/app-1");
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-2"));
}

TEST_F(ResolveTest, BlockerBetweenBuildsInDifferentRootsIsNoConflict) {
  add("a/app-1", {{"BDEPEND", "a/x"}, {"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"BDEPEND", "a/y"}});
  add("a/x-1", {{"RDEPEND", "!a/y"}});
  add("a/y-1");
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/x-1", "a/y-1"));
}

TEST_F(ResolveTest, BlockerInOneBuildRootBites) {
  add("a/app-1", {{"BDEPEND", "a/x || ( a/y a/z )"}});
  add("a/x-1", {{"RDEPEND", "!a/y"}});
  add("a/y-1");
  add("a/z-1");
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/x-1", "a/z-1"));
}

TEST_F(ResolveTest, BuildsMayUseDifferentVersionsOfOneSlot) {
  add("a/app-1", {{"BDEPEND", "<a/tool-2"}, {"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"BDEPEND", ">=a/tool-2"}});
  add("a/tool-1");
  add("a/tool-2");
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/tool-1", "a/tool-2"));
}

TEST_F(ResolveTest, ImageVersionServesBuildsToo) {
  add("a/app-1", {{"RDEPEND", "<a/lib-2"}, {"BDEPEND", "a/lib"}});
  add("a/lib-1");
  add("a/lib-2");
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/lib-1", "a/app-1"));
}

TEST_F(ResolveTest, RepositoryWithTheHigherPriorityWinsTies) {
  auto second = std::make_shared<MemoryRepository>("second");
  add("a/lib-1");
  second->add("a/lib-1", {{"SLOT", "0/second"}});
  second->add("a/only-1");
  request_.targets = {*ebuild::Atom::parse_user("a/lib"), *ebuild::Atom::parse_user("a/only")};
  request_.repositories = {repository_, second};
  request_.config = config_;
  auto p = resolve(request_);
  ASSERT_TRUE(p);
  EXPECT_EQ(find(*p, "a/lib-1").package->repository, repository_.get());
  EXPECT_EQ(find(*p, "a/only-1").package->repository, second.get());
  request_.targets = {*ebuild::Atom::parse_user("a/lib::second")};
  p = resolve(request_);
  ASSERT_TRUE(p);
  EXPECT_EQ(find(*p, "a/lib-1").package->repository, second.get());
}

// Each app-N excludes all but one version of lib; only the last version of all works. Without learning this takes 2^20
// tries.
TEST_F(ResolveTest, ManyDeadEndsAreLearnedNotTried) {
  std::string all_needs;
  for (int i = 0; i < 20; ++i) {
    std::string n = std::to_string(i);
    add("a/part" + n + "-2", {{"RDEPEND", "a/lib:2"}});
    add("a/part" + n + "-1", {{"RDEPEND", "a/lib:1"}});
    all_needs += "a/part" + n + " ";
  }
  add("a/lib-2", {{"SLOT", "2"}, {"RDEPEND", "!a/lib:1"}});
  add("a/lib-1", {{"SLOT", "1"}});
  add("a/app-1", {{"RDEPEND", all_needs + "<a/part19-2"}});
  Plan p = plan({"a/app"});
  EXPECT_EQ(find(p, "a/part0-1").package->cpv.text(), "a/part0-1");
  EXPECT_EQ(image(p).size(), 22u);
}

}  // namespace
}  // namespace cooper::resolve::test

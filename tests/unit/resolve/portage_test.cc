// Rules that follow Portage's, and what a question can add to a request.
#include <filesystem>

#include "fixture.h"
#include "util/file.h"

namespace cooper::resolve::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ResolveTest, LowerVersionDoesNotStandInForFlagsOfTheHighest) {
  add("a/app-1", {{"RDEPEND", "a/lib[ssl]"}});
  add("a/lib-1", {{"IUSE", "+ssl"}});
  add("a/lib-2", {{"IUSE", "ssl"}});
  EXPECT_THAT(error({"a/app"}).hint, HasSubstr("use = [\"ssl\"]"));
  // Where nobody could set the flag, it may.
  config_->locked = {"ssl"};
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/lib-1"));
}

TEST_F(ResolveTest, FlagInAConditionMustExist) {
  add("a/app-1", {{"IUSE", "x"}, {"RDEPEND", "a/lib[x?]"}});
  add("a/lib-2");
  add("a/lib-1", {{"IUSE", "x"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/lib-1"));
}

TEST_F(ResolveTest, OneRootHoldsImageAndBuild) {
  add("a/app-1", {{"RDEPEND", "a/lib:0"}, {"DEPEND", "<a/lib-2"}});
  add("a/lib-1");
  add("a/lib-2");
  EXPECT_THAT(all(plan({"a/app"})), testing::UnorderedElementsAre("a/app-1", "a/lib-1", "a/lib-2"));
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/lib-1", "a/app-1"));
}

TEST_F(ResolveTest, OneRootHasWhatIsInstalled) {
  add("a/app-1", {{"RDEPEND", "a/lib"}, {"DEPEND", "a/tool"}});
  add("a/lib-1");
  add("a/tool-1");
  base("a/lib-1");
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/tool-1", "a/app-1"));
}

// What is needed to build it must not be what it builds.
TEST_F(ResolveTest, AlternativeThatNeedsNoCircle) {
  add("a/cmake-1", {{"BDEPEND", "a/json"}});
  add("a/json-1", {{"BDEPEND", "|| ( a/cmake a/cmake-boot )"}});
  add("a/cmake-boot-1");
  add("a/self-1", {{"DEPEND", "|| ( a/self a/self-bin )"}});
  add("a/self-bin-1");
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/cmake"})), ElementsAre("a/cmake-boot-1", "a/json-1", "a/cmake-1"));
  EXPECT_THAT(all(plan({"a/self"})), ElementsAre("a/self-bin-1", "a/self-1"));
}

TEST_F(ResolveTest, CircleThroughAVirtualIsOne) {
  add("a/jdk-1", {{"DEPEND", "virtual/jdk"}});
  add("a/jdk-bin-1");
  add("virtual/jdk-1", {{"RDEPEND", "|| ( a/jdk a/jdk-bin )"}});
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/jdk"})), ElementsAre("a/jdk-bin-1", "virtual/jdk-1", "a/jdk-1"));
}

TEST_F(ResolveTest, WhatNeedsEachOtherComesAfterWhatItNeeds) {
  add("a/top-1", {{"RDEPEND", "a/one a/leaf"}});
  add("a/one-1", {{"RDEPEND", "a/two"}});
  add("a/two-1", {{"RDEPEND", "a/one a/deep"}});
  add("a/deep-1", {{"RDEPEND", "a/bottom"}});
  add("a/bottom-1");
  add("a/leaf-1");
  auto order = all(plan({"a/top"}));
  EXPECT_THAT(std::vector(order.begin(), order.begin() + 2), testing::UnorderedElementsAre("a/bottom-1", "a/leaf-1"));
  EXPECT_EQ(order[2], "a/deep-1");
  EXPECT_EQ(order.back(), "a/top-1");
}

TEST_F(ResolveTest, SmallCirclesOfRunTimeNeedsComeFirst) {
  add("a/top-1", {{"RDEPEND", "a/one a/three"}});
  add("a/one-1", {{"RDEPEND", "a/two"}});
  add("a/two-1", {{"RDEPEND", "a/one"}});
  add("a/three-1", {{"RDEPEND", "a/four"}});
  add("a/four-1", {{"RDEPEND", "a/five"}});
  add("a/five-1", {{"RDEPEND", "a/three"}});
  auto order = all(plan({"a/top"}));
  EXPECT_THAT(std::vector(order.begin(), order.begin() + 2), testing::UnorderedElementsAre("a/one-1", "a/two-1"));
  EXPECT_EQ(order.back(), "a/top-1");
}

TEST_F(ResolveTest, PostDependenciesComeAfterWhatNeedsThem) {
  add("a/app-1", {{"RDEPEND", "a/host"}});
  add("a/host-1", {{"PDEPEND", "a/plugin"}});
  add("a/plugin-1", {{"RDEPEND", "a/host"}});
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/host-1", "a/plugin-1", "a/app-1"));
}

// To build it takes what runs only with it: cooper builds without, Portage does not.
TEST_F(ResolveTest, CircleThroughARunTimeNeed) {
  add("a/app-1", {{"DEPEND", "a/tool"}});
  add("a/tool-1", {{"RDEPEND", "a/app"}});
  EXPECT_THAT(plan({"a/app"}).warnings, testing::SizeIs(1));
  request_.like_portage = true;
  EXPECT_THAT(error({"a/app"}).why, HasSubstr("a/tool-1 needs a/app-1 (RDEPEND: a/app)"));
}

TEST_F(ResolveTest, OverlappingAlternativesShareAPackage) {
  add("a/app-1", {{"RDEPEND", "|| ( a/x a/y ) || ( a/y a/z )"}});
  for (const char* name : {"a/x-1", "a/y-1", "a/z-1"}) add(name);
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/y-1"));
  EXPECT_THAT(image(plan({"a/x", "a/z", "a/app"})), ElementsAre("a/app-1", "a/x-1", "a/z-1"));
}

TEST_F(ResolveTest, NewerSlotAmongAlternatives) {
  add("a/app-1", {{"RDEPEND", "|| ( a/lib:1 a/lib:2 )"}});
  add("a/lib-1", {{"SLOT", "1"}});
  add("a/lib-2", {{"SLOT", "2"}});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/lib-2"));
  EXPECT_THAT(image(plan({"a/lib:1", "a/app"})), ElementsAre("a/app-1", "a/lib-1"));
}

TEST_F(ResolveTest, VirtualTakesTheProviderThatIsThere) {
  add("a/app-1", {{"RDEPEND", "virtual/x a/old"}});
  add("virtual/x-2", {{"RDEPEND", "a/new"}});
  add("virtual/x-1", {{"RDEPEND", "a/old"}});
  add("a/new-1");
  add("a/old-1");
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/old-1", "virtual/x-1"));
}

TEST_F(ResolveTest, VirtualThatNeedsOnlyItselfIsNone) {
  add("a/app-1", {{"RDEPEND", "virtual/x"}});
  add("virtual/x-1", {{"RDEPEND", "virtual/y"}});
  add("virtual/y-1", {{"RDEPEND", "virtual/x"}});
  request_.like_portage = true;
  EXPECT_THAT(error({"a/app"}).what, HasSubstr("needs itself"));
}

class InstalledTest : public ResolveTest {
 protected:
  // A package of a base root's var/db/pkg.
  void installed(const std::string& cpv, std::map<std::string, std::string> keys) {
    auto folder = directory_.path() / cpv;
    for (const auto& [key, value] : keys) ASSERT_TRUE(util::write_file(folder / key, value + "\n"));
    request_.base_provides.push_back({.cpv = *ebuild::Cpv::parse(cpv), .folder = folder});
  }
  util::TemporaryDirectory directory_ =
      *util::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "cooper-installed");
};

TEST_F(InstalledTest, SlotAndFlagsDecide) {
  add("a/app-1", {{"BDEPEND", "a/lang:3[ssl]"}});
  add("a/lang-3.5", {{"SLOT", "3"}, {"IUSE", "+ssl"}});
  add("a/app-2", {{"BDEPEND", "a/lang:3[-ssl]"}, {"KEYWORDS", "~amd64"}});
  installed("a/lang-3.4", {{"SLOT", "3/3.4"}, {"IUSE", "ssl"}, {"USE", ""}});
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/lang-3.5"));
  config_->keywords = {"amd64", "~amd64"};
  EXPECT_THAT(build_only(plan({"a/app"})), IsEmpty());
}

TEST_F(InstalledTest, WhatIsReplacedServesNoMore) {
  add("a/lib-1", {{"IUSE", "+x"}});
  add("a/old-1", {{"RDEPEND", "a/lib[-x]"}});
  add("a/new-1", {{"RDEPEND", "a/lib[x]"}});
  installed("a/lib-1", {{"SLOT", "0"}, {"IUSE", "x"}, {"USE", ""}});
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/old"})), ElementsAre("a/old-1"));
  EXPECT_THAT(all(plan({"a/new"})), ElementsAre("a/lib-1", "a/new-1"));
  EXPECT_THAT(error({"a/old", "a/new"}).why, HasSubstr("takes the place of a/lib-1, which is installed"));
  EXPECT_THAT(error({"a/old", "a/lib"}).what, HasSubstr("a/lib"));
}

TEST_F(InstalledTest, WhatIsInstalledOpensACircle) {
  add("a/one-2", {{"DEPEND", "a/two"}});
  add("a/two-2", {{"DEPEND", "a/one"}});
  request_.one_root = true;
  EXPECT_FALSE(try_plan({"a/one", "a/two"}));
  installed("a/one-1", {{"SLOT", "0"}});
  EXPECT_THAT(all(plan({"a/one", "a/two"})), ElementsAre("a/two-2", "a/one-2"));
}

TEST_F(InstalledTest, WhatAPackageReplacesMayHaveBuiltIt) {
  add("a/rust-2", {{"BDEPEND", "|| ( =a/rust-1 a/rust-bin )"}});
  add("a/rust-bin-1");
  installed("a/rust-1", {{"SLOT", "0"}});
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/rust"})), ElementsAre("a/rust-2"));
}

TEST_F(InstalledTest, WhatWasBuiltWithWhatIsReplacedIsBuiltAnew) {
  add("a/lib-1", {{"SLOT", "0/1"}});
  add("a/lib-2", {{"SLOT", "0/2"}});
  add("a/app-1", {{"RDEPEND", "a/lib:="}});
  add("a/game-1", {{"RDEPEND", "a/lib:="}});
  installed("a/lib-1", {{"SLOT", "0/1"}});
  installed("a/app-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "|| ( a/none a/lib:0/1= )"}});
  installed("a/game-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/lib:0/1="}});
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/lib"})), ElementsAre("a/lib-2"));  // nobody asked for what was built with it
  request_.kept_for = {*ebuild::Atom::parse_user("a/app")};
  Plan rebuilt = plan({"a/lib"});
  EXPECT_THAT(all(rebuilt), ElementsAre("a/lib-2", "a/app-1"));
  const Reason& reason = find(rebuilt, "a/app-1").reasons.front();
  EXPECT_EQ(reason.kind, "rebuild");
  EXPECT_EQ(reason.requirement, "a/lib:0/1=");
  EXPECT_EQ(reason.parent, 0);
}

TEST_F(InstalledTest, WhatCannotBeBuiltAnewKeepsWhatItWasBuiltWith) {
  add("a/lib-1", {{"SLOT", "0/1"}});
  add("a/lib-2", {{"SLOT", "0/2"}});
  add("a/app-1", {{"RDEPEND", "a/lib:="}, {"KEYWORDS", "~amd64"}});
  add("a/meta-1", {{"RDEPEND", "a/app"}});
  installed("a/lib-1", {{"SLOT", "0/1"}});
  installed("a/app-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/lib:0/1="}});
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/lib", "a/meta"})), ElementsAre("a/lib-1", "a/meta-1"));
  EXPECT_EQ(error({"=a/lib-2", "a/meta"}).what, "a/lib-2 would break what is installed");
}

TEST_F(InstalledTest, WhatIsInstalledLosesNothingThatItNeeds) {
  add("a/lib-1");
  add("a/lib-2");
  add("a/lib-3");
  add("a/app-2", {{"RDEPEND", "a/lib"}});
  add("a/new-1", {{"RDEPEND", ">=a/lib-2"}});
  installed("a/lib-1", {{"SLOT", "0"}});
  installed("a/app-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/helper"}});
  installed("a/helper-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "<a/lib-3 a/gone"}});
  request_.one_root = true;
  request_.kept_for = {*ebuild::Atom::parse_user("a/app")};
  EXPECT_THAT(all(plan({"a/new"})), ElementsAre("a/lib-2", "a/new-1"));
  EXPECT_THAT(error({"=a/lib-3"}).why, HasSubstr("a/helper-1, which is installed, needs <a/lib-3"));
}

TEST_F(InstalledTest, WhatIsBlockedAndStaysKeepsAPackageOut) {
  add("a/app-1", {{"DEPEND", "!!<a/lib-2"}});
  add("a/lib-2");
  installed("a/lib-1", {{"SLOT", "0"}});
  request_.one_root = true;
  EXPECT_THAT(error({"a/app"}).why, HasSubstr("a/app-1 blocks a/lib-1 (!!<a/lib-2), which is installed"));
  EXPECT_THAT(all(plan({"a/app", "a/lib"})), testing::UnorderedElementsAre("a/lib-2", "a/app-1"));
}

TEST_F(InstalledTest, AlternativesDoNotGoBelowWhatIsInstalled) {
  add("a/app-1", {{"RDEPEND", "|| ( a/libc[rpc(-)] a/rpc )"}});
  add("a/libc-1", {{"IUSE", "+rpc"}});
  add("a/libc-2");
  add("a/rpc-1");
  installed("a/libc-2", {{"SLOT", "0"}, {"USE", ""}});
  request_.one_root = true;
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/rpc-1", "a/app-1"));
  config_->masked = {"a/libc-2"};
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/libc-1", "a/app-1"));
}

class RenewalTest : public InstalledTest {
 protected:
  void SetUp() override {
    add("a/app-1", {{"RDEPEND", "a/lib"}});
    add("a/app-2", {{"RDEPEND", "a/lib"}, {"KEYWORDS", "~amd64"}});
    add("a/lib-1", {{"RDEPEND", "a/base"}});
    add("a/lib-2", {{"RDEPEND", "a/base"}});
    add("a/base-1", {{"SLOT", "0/1"}, {"IUSE", "x"}});
    add("a/base-2", {{"SLOT", "0/2"}, {"IUSE", "x"}});
    installed("a/app-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/lib"}});
    installed("a/lib-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/base"}});
    installed("a/base-1", {{"EAPI", "8"}, {"SLOT", "0/1"}, {"IUSE", "x"}, {"USE", ""}});
    request_.one_root = request_.like_portage = true;
  }
  std::vector<std::string> renewed(Renewal renewal, std::initializer_list<const char*> targets) {
    request_.renewal = renewal;
    return all(plan(targets));
  }
};

TEST_F(RenewalTest, GoesDownToTheDepthThatIsAskedFor) {
  EXPECT_THAT(renewed({}, {"a/app"}), ElementsAre("a/app-1"));
  EXPECT_THAT(renewed({.selective = true}, {"a/app"}), IsEmpty());
  EXPECT_THAT(renewed({.selective = true, .update = true}, {"a/app"}), IsEmpty());
  EXPECT_THAT(renewed({.selective = true, .update = true}, {"a/app", "a/lib"}), ElementsAre("a/lib-2"));
  EXPECT_THAT(renewed({.selective = true, .update = true, .depth = 1}, {"a/app"}), ElementsAre("a/lib-2"));
  EXPECT_THAT(renewed({.selective = true, .update = true, .depth = 2}, {"a/app"}), ElementsAre("a/base-2", "a/lib-2"));
  config_->keywords = {"amd64", "~amd64"};
  EXPECT_THAT(renewed({.selective = true, .update = true}, {"a/app"}), ElementsAre("a/app-2"));
}

TEST_F(RenewalTest, MayBeOfEverything) {
  EXPECT_THAT(renewed({.everything = true}, {"a/app"}), ElementsAre("a/base-2", "a/lib-2", "a/app-1"));
}

TEST_F(RenewalTest, BuildsAnewWhatOtherFlagsAreSetFor) {
  EXPECT_THAT(renewed({.selective = true, .new_use = true}, {"a/base"}), IsEmpty());
  config_->use_settings["*"] = {"x"};
  EXPECT_THAT(renewed({.selective = true, .changed_use = true}, {"=a/base-1"}), ElementsAre("a/base-1"));
  EXPECT_THAT(renewed({.selective = true}, {"=a/base-1"}), IsEmpty());
}

TEST_F(RenewalTest, BuildsAnewWhatIsBuiltWithWhatIsNew) {
  add("a/tool-1", {{"BDEPEND", "a/base:="}});
  installed("a/tool-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"BDEPEND", "a/base:0/1="}});
  Renewal all_of_it{.selective = true, .update = true, .depth = 99};
  EXPECT_THAT(renewed(all_of_it, {"a/tool"}), ElementsAre("a/base-2", "a/tool-1"));
  // Where something else keeps the old one, there is nothing to build it anew for.
  add("a/old-1", {{"RDEPEND", "<a/base-2"}});
  installed("a/old-1", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "<a/base-2"}});
  EXPECT_THAT(renewed(all_of_it, {"a/old", "a/tool"}), IsEmpty());
}

TEST_F(RenewalTest, NeverGoesDownWhereItCanStay) {
  add("a/user-2", {{"RDEPEND", "<a/lib-2"}});
  add("a/user-1");
  installed("a/user-2", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "<a/lib-2"}});
  Renewal all_of_it{.selective = true, .update = true, .depth = 99};
  EXPECT_THAT(renewed(all_of_it, {"a/app", "a/user"}), ElementsAre("a/base-2"));
}

TEST_F(RenewalTest, WhatHasNoEbuildAnyMoreStays) {
  installed("a/own-7", {{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/base a/gone"}});
  Renewal all_of_it{.selective = true, .update = true, .depth = 99};
  EXPECT_THAT(renewed(all_of_it, {"a/own"}), ElementsAre("a/base-2"));
}

TEST_F(ResolveTest, PackageProvidedStandsForEverySlot) {
  add("a/app-1", {{"RDEPEND", ">=a/lib-2:7[x]"}});
  config_->provided_packages = {*ebuild::Cpv::parse("a/lib-9999")};
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/app-1"));
}

TEST_F(ResolveTest, WhatTheImageHasIsNotBuilt) {
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1");
  request_.image_has.push_back({.cpv = *ebuild::Cpv::parse("a/lib-1")});
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1"));
}

TEST_F(ResolveTest, OnlyDependenciesLeaveTheTargetsOut) {
  add("a/app-1", {{"DEPEND", "a/d"}, {"RDEPEND", "a/r"}, {"PDEPEND", "a/p"}, {"IDEPEND", "a/i"}});
  for (const char* name : {"a/d-1", "a/r-1", "a/p-1", "a/i-1"}) add(name);
  request_.only_dependencies.emplace();
  EXPECT_THAT(all(*try_plan({"a/app"})), testing::UnorderedElementsAre("a/d-1", "a/r-1", "a/p-1", "a/i-1"));
  request_.only_dependencies = OnlyDependencies{.runtime = false};
  EXPECT_THAT(all(*try_plan({"a/app"})), ElementsAre("a/d-1"));
  request_.only_dependencies = OnlyDependencies{.runtime = false, .install = true};
  EXPECT_THAT(all(*try_plan({"a/app"})), testing::UnorderedElementsAre("a/d-1", "a/i-1"));
}

TEST_F(ResolveTest, TargetThatItsOwnDependencyNeedsStays) {
  add("a/app-1", {{"RDEPEND", "a/plugin"}});
  add("a/plugin-1", {{"RDEPEND", "a/app"}});
  request_.only_dependencies.emplace();
  EXPECT_THAT(all(*try_plan({"a/app"})), testing::UnorderedElementsAre("a/app-1", "a/plugin-1"));
}

TEST_F(ResolveTest, TestDependenciesOfTargetsOnly) {
  add("a/app-1", {{"IUSE", "test"}, {"DEPEND", "test? ( a/lib )"}});
  add("a/lib-1", {{"IUSE", "test"}, {"DEPEND", "test? ( a/more )"}});
  add("a/more-1");
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/app-1"));
  request_.test_dependencies = true;
  EXPECT_THAT(all(plan({"a/app"})), ElementsAre("a/lib-1", "a/app-1"));
}

}  // namespace
}  // namespace cooper::resolve::test

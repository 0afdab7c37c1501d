// Which packages are in the plan, where, and in which order.
#include "fixture.h"

namespace cooper::resolve::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(ResolveTest, RuntimeClosureIsTheImage) {
  add("a/app-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"RDEPEND", "a/low"}});
  add("a/low-1");
  add("a/other-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/lib-1", "a/low-1"));
  EXPECT_THAT(build_only(p), IsEmpty());
  EXPECT_THAT(names(p, p.requested), ElementsAre("a/app-1"));
  EXPECT_THAT(names(p, find(p, "a/app-1").rdepend), ElementsAre("a/lib-1"));
  EXPECT_EQ(all(p), (std::vector<std::string>{"a/low-1", "a/lib-1", "a/app-1"}));
}

TEST_F(ResolveTest, BuildClosureIsDependAndBdependWithTheirRuntime) {
  add("a/app-1", {{"DEPEND", "a/lib"}, {"BDEPEND", "a/tool"}, {"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"DEPEND", "a/headers"}, {"RDEPEND", "a/low"}});
  add("a/low-1");
  add("a/headers-1");
  add("a/tool-1", {{"RDEPEND", "a/toollib"}});
  add("a/toollib-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/lib-1", "a/low-1"));
  EXPECT_THAT(build_only(p), ElementsAre("a/headers-1", "a/tool-1", "a/toollib-1"));
  EXPECT_THAT(names(p, find(p, "a/app-1").build_closure), ElementsAre("a/lib-1", "a/low-1", "a/tool-1", "a/toollib-1"));
  EXPECT_THAT(names(p, find(p, "a/lib-1").build_closure), ElementsAre("a/headers-1"));
  EXPECT_THAT(names(p, find(p, "a/app-1").depend), ElementsAre("a/lib-1"));
  EXPECT_THAT(names(p, find(p, "a/app-1").bdepend), ElementsAre("a/tool-1"));
}

TEST_F(ResolveTest, BaseRootSatisfiesBuildsNeverTheImage) {
  add("a/app-1", {{"BDEPEND", ">=a/make-4"}, {"DEPEND", "a/make"}, {"RDEPEND", "a/sh"}});
  add("a/make-5");
  add("a/sh-1");
  base("a/make-4.3");
  base("a/sh-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/sh-1"));
  EXPECT_THAT(build_only(p), IsEmpty());
  ASSERT_EQ(p.provided.size(), 1u);
  EXPECT_EQ(p.provided[0].cpv.text(), "a/make-4.3");
}

TEST_F(ResolveTest, BaseRootOfTheWrongVersionDoesNotCount) {
  add("a/app-1", {{"BDEPEND", ">=a/make-5"}});
  add("a/make-5");
  base("a/make-4.3");
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/make-5"));
}

TEST_F(ResolveTest, BaseRootAndSlots) {
  add("a/app-1", {{"BDEPEND", "a/python:3.11 a/tool:0 a/llvm:16"}});
  add("a/llvm-16.2", {{"SLOT", "16"}});
  base("a/python-3.11.2");
  base("a/tool-7");
  base("a/llvm-15.1");
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/llvm-16.2"));
}

TEST_F(ResolveTest, BaseRootServesForLaterVersionsOfToolsThatSaySo) {
  add("a/app-1", {{"BDEPEND", ">=a/automake-1.18.1:1.18 || ( a/python:3.14 a/python:3.13 )"}});
  base("a/automake-1.16.5 later");
  base("a/python-3.11.2 later programs");
  EXPECT_THAT(build_only(plan({"a/app"})), IsEmpty());
}

TEST_F(ResolveTest, ProgramsOfTheBaseRootServeToolsNotHeadersAndNotTheToolsOfPackages) {
  add("a/xz-6");
  add("a/tool-1", {{"RDEPEND", "a/xz"}});
  add("a/unpacks-1", {{"BDEPEND", "a/xz"}});
  add("a/links-1", {{"DEPEND", "a/xz"}});
  add("a/uses-1", {{"BDEPEND", "|| ( a/tool a/none )"}});
  base("a/xz-5 later programs");
  EXPECT_THAT(build_only(plan({"a/unpacks"})), IsEmpty());
  EXPECT_THAT(build_only(plan({"a/links"})), ElementsAre("a/xz-6"));
  EXPECT_THAT(build_only(plan({"a/uses"})), ElementsAre("a/tool-1", "a/xz-6"));
}

TEST_F(ResolveTest, WhatAnInterpreterRunsIsBuiltWithTheOneThatRunsIt) {
  add("a/python-3.13", {{"SLOT", "3.13"}});
  add("a/module-1", {{"BDEPEND", "a/python:3.13 a/installer"}, {"RDEPEND", "a/python:3.13"}});
  add("a/installer-1", {{"BDEPEND", "a/python:3.13"}, {"RDEPEND", "a/python:3.13"}});
  add("a/script-1", {{"BDEPEND", "a/python:3.13"}});
  base("a/python-3.11.2 later programs");
  Plan p = plan({"a/module", "a/script"});
  EXPECT_THAT(image(p), UnorderedElementsAre("a/module-1", "a/script-1", "a/python-3.13"));
  EXPECT_THAT(names(p, find(p, "a/module-1").build_closure), UnorderedElementsAre("a/installer-1", "a/python-3.13"));
  EXPECT_THAT(names(p, find(p, "a/installer-1").build_closure), ElementsAre("a/python-3.13"));
  EXPECT_THAT(names(p, find(p, "a/script-1").build_closure), IsEmpty());
}

TEST_F(ResolveTest, ModulesOfTheImageAreBuiltWithTheInterpreterOfTheImage) {
  add("a/perl-5.40");
  add("a/module-1", {{"BDEPEND", "a/perl"}, {"RDEPEND", "a/perl"}});
  add("a/other-1", {{"BDEPEND", "a/module a/perl"}});
  base("a/perl-5.36 later");
  Plan p = plan({"a/module"});
  EXPECT_THAT(names(p, find(p, "a/module-1").build_closure), ElementsAre("a/perl-5.40"));
  p = plan({"a/other"});  // nothing of it in the image: the base root's will do
  EXPECT_THAT(names(p, find(p, "a/other-1").build_closure), ElementsAre("a/module-1"));
}

TEST_F(ResolveTest, RuntimeNeedsOfBuildToolsComeFromTheBaseRoot) {
  add("a/app-1", {{"BDEPEND", "a/tool"}});
  add("a/tool-1", {{"RDEPEND", "a/sh a/lib"}});
  add("a/sh-1");
  add("a/lib-1");
  base("a/sh-1");
  EXPECT_THAT(build_only(plan({"a/app"})), ElementsAre("a/lib-1", "a/tool-1"));
}

TEST_F(ResolveTest, DependPrefersWhatTheImageHasOverTheBaseRoot) {
  add("a/app-1", {{"DEPEND", "a/lib"}, {"RDEPEND", "a/lib"}});
  add("a/lib-2", {{"RDEPEND", "a/low"}});
  add("a/low-1");
  base("a/lib-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(names(p, find(p, "a/app-1").build_closure), ElementsAre("a/lib-2", "a/low-1"));
  base("a/low-1");
  p = plan({"a/app"});
  EXPECT_THAT(names(p, find(p, "a/app-1").build_closure), ElementsAre("a/lib-2"));
}

TEST_F(ResolveTest, AdoptedPackagesAreNotBuilt) {
  add("a/app-1", {{"RDEPEND", "sys-libs/glibc >=sys-libs/glibc-2.30 a/lib"}});
  add("a/lib-1");
  adopt("sys-libs/glibc");
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/lib-1"));
}

TEST_F(ResolveTest, PackageProvidedCounts) {
  add("a/app-1", {{"RDEPEND", ">=a/kernel-5"}, {"BDEPEND", "a/kernel"}});
  config_->provided_packages = {*ebuild::Cpv::parse("a/kernel-6")};
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1"));
}

TEST_F(ResolveTest, InstallTimeToolsAreNoPartOfTheImage) {
  add("a/app-1", {{"IDEPEND", "a/updater"}});
  add("a/updater-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1"));
  EXPECT_THAT(build_only(p), ElementsAre("a/lib-1", "a/updater-1"));
  EXPECT_THAT(names(p, find(p, "a/app-1").idepend), ElementsAre("a/updater-1"));
  EXPECT_THAT(find(p, "a/app-1").build_closure, IsEmpty());
}

TEST_F(ResolveTest, PdependIsInTheImage) {
  add("a/app-1", {{"PDEPEND", "a/plugin"}});
  add("a/plugin-1");
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/plugin-1"));
  EXPECT_THAT(names(p, find(p, "a/app-1").pdepend), ElementsAre("a/plugin-1"));
}

TEST_F(ResolveTest, UseConditionals) {
  add("a/app-1", {{"IUSE", "+ssl gui"}, {"RDEPEND", "ssl? ( a/ssl ) !ssl? ( a/nossl ) gui? ( a/gui )"}});
  add("a/ssl-1");
  add("a/nossl-1");
  add("a/gui-1");
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/ssl-1"));
  config_->use_settings["a/app"] = {"-ssl", "gui"};
  Plan p = plan({"a/app"});
  EXPECT_THAT(image(p), ElementsAre("a/app-1", "a/gui-1", "a/nossl-1"));
  EXPECT_THAT(find(p, "a/app-1").use, ElementsAre("gui"));
  EXPECT_EQ(find(p, "a/app-1").flags["ssl"].set_by, "the spec");
}

TEST_F(ResolveTest, RuntimeCycleIsNoProblem) {
  add("a/x-1", {{"RDEPEND", "a/y"}});
  add("a/y-1", {{"RDEPEND", "a/x"}});
  EXPECT_THAT(image(plan({"a/x"})), ElementsAre("a/x-1", "a/y-1"));
}

TEST_F(ResolveTest, CycleThroughPdependIsBroken) {
  add("a/lang-1", {{"PDEPEND", "a/module"}});
  add("a/module-1", {{"DEPEND", "a/lang"}, {"RDEPEND", "a/lang"}});
  Plan p = plan({"a/lang"});
  EXPECT_EQ(all(p), (std::vector<std::string>{"a/lang-1", "a/module-1"}));
  EXPECT_THAT(names(p, find(p, "a/module-1").build_closure), ElementsAre("a/lang-1"));
  EXPECT_THAT(p.warnings, IsEmpty());
}

TEST_F(ResolveTest, CycleThroughRuntimeOfABuildNeedIsBrokenWithAWarning) {
  add("a/tool-1", {{"RDEPEND", "a/lib"}});
  add("a/lib-1", {{"BDEPEND", "a/tool"}});
  Plan p = plan({"a/lib"});
  EXPECT_EQ(all(p), (std::vector<std::string>{"a/tool-1", "a/lib-1"}));
  ASSERT_EQ(p.warnings.size(), 1u);
  EXPECT_THAT(p.warnings[0], HasSubstr("a/lib-1 is built without a/lib-1"));
}

TEST_F(ResolveTest, CycleOfBuildsIsBrokenByTheBaseRoot) {
  add("a/x-1", {{"DEPEND", "a/y"}, {"RDEPEND", "a/y"}});
  add("a/y-1", {{"DEPEND", "a/x"}, {"RDEPEND", "a/x"}});
  base("a/x-0.9");
  Plan p = plan({"a/x"});
  EXPECT_EQ(all(p), (std::vector<std::string>{"a/y-1", "a/x-1"}));
}

TEST_F(ResolveTest, CycleOfBuildsIsAvoidedWhereThereIsAChoice) {
  add("a/x-1", {{"BDEPEND", "|| ( a/y a/z )"}});
  add("a/y-1", {{"BDEPEND", "a/x"}});
  add("a/z-1");
  EXPECT_EQ(all(plan({"a/x"})), (std::vector<std::string>{"a/z-1", "a/x-1"}));
}

TEST_F(ResolveTest, CycleOfBuildsIsExplained) {
  add("a/x-1", {{"BDEPEND", "a/y"}});
  add("a/y-1", {{"DEPEND", "a/x"}});
  Error e = error({"a/x"});
  EXPECT_EQ(e.kind, ErrorKind::no_resolution);
  EXPECT_EQ(e.what, "these packages need each other to be built");
  EXPECT_THAT(e.why, HasSubstr("a/x-1 needs a/y-1 to be built (BDEPEND: a/y)"));
  EXPECT_THAT(e.why, HasSubstr("a/y-1 needs a/x-1 to be built (DEPEND: a/x)"));
}

TEST_F(ResolveTest, PackageThatNeedsItselfTakesAnOlderOne) {
  add("a/lang-2", {{"BDEPEND", "a/lang"}});
  add("a/lang-1");
  Plan p = plan({"a/lang"});
  EXPECT_EQ(all(p), (std::vector<std::string>{"a/lang-1", "a/lang-2"}));
  EXPECT_THAT(image(p), ElementsAre("a/lang-2"));
}

TEST_F(ResolveTest, ReasonsFormAChainToTheRequest) {
  add("a/app-1", {{"RDEPEND", "a/lib:="}, {"DEPEND", "a/lib:="}});
  add("a/lib-1", {{"SLOT", "0/7"}});
  Plan p = plan({"a/app"});
  const PlannedPackage& lib = find(p, "a/lib-1");
  EXPECT_EQ(lib.reasons[0].kind, "RDEPEND");
  EXPECT_EQ(lib.reasons[0].requirement, "a/lib:=");
  EXPECT_EQ(lib.reasons[0].choice, "only version");
  const PlannedPackage& app = p.packages[static_cast<size_t>(lib.reasons[0].parent)];
  EXPECT_EQ(app.package->cpv.text(), "a/app-1");
  EXPECT_EQ(app.reasons[0].parent, -1);
  EXPECT_EQ(app.reasons[0].kind, "request");
  EXPECT_EQ(lib.reasons[1].kind, "DEPEND");
}

TEST_F(ResolveTest, SameRequestSamePlan) {
  for (int i = 0; i < 30; ++i) {
    std::string n = std::to_string(i);
    add("a/p" + n + "-1",
        {{"RDEPEND", "|| ( a/p" + std::to_string((i * 7 + 3) % 30) + " a/p" + std::to_string((i + 1) % 30) + " )"}});
  }
  auto first = all(plan({"a/p0", "a/p5"}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(all(plan({"a/p0", "a/p5"})), first);
}

TEST_F(ResolveTest, WhatTheBaseRootHasCanBeBlocked) {
  base_installed("a/old-1", "0");
  add("a/weak-1", {{"DEPEND", "!a/old"}});
  add("a/strong-1", {{"BDEPEND", "!!<a/old-2"}});
  add("a/app-1", {{"RDEPEND", "|| ( a/strong a/other )"}});
  add("a/other-1");
  Plan found = plan({"a/weak"});
  EXPECT_THAT(found.warnings, ElementsAre("a/weak-1 is built beside a/old-1, which the base root has and it blocks "
                                          "(!a/old)"));
  Error refused = error({"a/strong"});
  EXPECT_EQ(refused.what, "a/strong-1 cannot be built in this base root");
  EXPECT_THAT(refused.why, HasSubstr("blocks a/old-1 (!!<a/old-2), which the base root has"));
  EXPECT_THAT(image(plan({"a/app"})), ElementsAre("a/app-1", "a/other-1"));
  // In the image it is in nobody's way, a stand-in is no package, and Portage would take it away.
  add("a/runs-1", {{"RDEPEND", "!!a/old"}});
  EXPECT_THAT(plan({"a/runs"}).warnings, IsEmpty());
  request_.like_portage = true;
  EXPECT_THAT(image(plan({"a/strong"})), ElementsAre("a/strong-1"));
  request_.like_portage = false;
  request_.base_provides.clear();
  base("a/old-1");
  EXPECT_THAT(plan({"a/weak"}).warnings, IsEmpty());
  EXPECT_THAT(image(plan({"a/strong"})), ElementsAre("a/strong-1"));
}

TEST_F(ResolveTest, AVersionThatComesOverABlockedOneLetsTheBuildBe) {
  base_installed("a/old-1", "0");
  add("a/old-2");
  add("a/strong-1", {{"DEPEND", "!!<a/old-2 >=a/old-2"}});
  Plan found = plan({"a/strong"});
  EXPECT_THAT(names(found, find(found, "a/strong-1").build_closure), ElementsAre("a/old-2"));
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST_F(ResolveTest, OldNamesOfDependenciesStandForNewOnes) {
  config_->moves[{"a", "old"}] = {"b", "new"};
  add("a/app-1", {{"RDEPEND", ">=a/old-2[x]"}});
  add("b/new-1", {{"IUSE", "+x"}});
  add("b/new-2", {{"IUSE", "+x"}});
  Plan found = plan({"a/app"});
  EXPECT_THAT(image(found), ElementsAre("a/app-1", "b/new-2"));
  EXPECT_THAT(found.warnings, ElementsAre("a/app-1: '>=a/old-2[x]' is called '>=b/new-2[x]' now"));
  request_.like_portage = true;
  EXPECT_THAT(error({"a/app"}).what, HasSubstr("a/old"));
}

}  // namespace
}  // namespace cooper::resolve::test

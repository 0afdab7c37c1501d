#include "ebuild/accept.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "util/text.h"

namespace cooper::ebuild {
namespace {

using Set = std::set<std::string, std::less<>>;

TEST(Incremental, Stacks) {
  struct Case {
    std::vector<std::string_view> values;
    Set result;
  };
  for (const Case& test : std::vector<Case>{
           {{}, {}},
           {{"a b"}, {"a", "b"}},
           {{"a b", "-a c"}, {"b", "c"}},
           {{"a b", "-* c"}, {"c"}},
           {{"a -* b -b"}, {}},
           {{"-a", "a"}, {"a"}},
           {{"+a", " \t b\n"}, {"a", "b"}},
           {{"a", "-b - +"}, {"a"}},
       }) {
    Set set;
    for (std::string_view value : test.values) stack_incremental(set, value);
    EXPECT_EQ(set, test.result);
  }
}

TEST(Keywords, AreAccepted) {
  struct Case {
    std::string_view keywords, accept;
    bool accepted, stable;
  };
  for (const Case& test : std::vector<Case>{
           {"amd64 ~arm64", "amd64", true, true},
           {"~amd64 arm64", "amd64", false, false},
           {"~amd64", "amd64 ~amd64", true, false},
           {"amd64", "amd64 ~amd64", true, false},
           {"amd64", "~amd64", false, false},
           {"", "amd64 ~amd64", false, false},
           {"", "**", true, false},
           {"-*", "**", true, false},
           {"-* amd64", "amd64", true, true},
           {"-*", "* ~*", false, false},
           {"-amd64 arm64", "amd64 -amd64", false, false},
           {"arm64", "*", true, true},
           {"~arm64", "*", false, false},
           {"~arm64", "~*", true, false},
           {"arm64", "~*", false, false},
           {"arm64", "* ~*", true, false},
           {"*", "amd64", true, true},
           {"~*", "amd64", false, false},
           {"~*", "amd64 ~amd64", true, false},
           {"~*", "~*", true, false},
           {"amd64-linux", "amd64", false, false},
       }) {
    Set accept;
    for (std::string_view word : util::words(test.accept)) accept.emplace(word);
    EXPECT_EQ(keywords_accepted(util::words(test.keywords), accept), test.accepted)
        << test.keywords << " by " << test.accept;
    EXPECT_EQ(keywords_stable(util::words(test.keywords), accept), test.stable)
        << test.keywords << " by " << test.accept;
  }
}

const LicenseGroups groups = {
    {"COPYLEFT", {"GPL-2", "GPL-3"}},
    {"FREE", {"@COPYLEFT", "MIT", "BSD"}},
    {"EULA", {"Oracle-BCL"}},
    {"A", {"@B", "one"}},
    {"B", {"@A", "two"}},
    {"EMPTY", {}},
};

TEST(Licenses, AreAccepted) {
  struct Case {
    std::string_view accept, license;
    std::vector<std::string> missing;
  };
  for (const Case& test : std::vector<Case>{
           {"", "MIT", {"MIT"}},
           {"*", "MIT Oracle-BCL", {}},
           {"* -@EULA", "MIT Oracle-BCL", {"Oracle-BCL"}},
           {"* -@EULA Oracle-BCL", "Oracle-BCL", {}},
           {"-* @FREE", "GPL-3 MIT", {}},
           {"-* @FREE", "Apache-2.0", {"Apache-2.0"}},
           {"@FREE -GPL-2", "GPL-2 GPL-3 MIT", {"GPL-2"}},
           {"@FREE -@COPYLEFT", "GPL-2 MIT GPL-3 GPL-2", {"GPL-2", "GPL-3"}},
           {"@FREE", "|| ( Oracle-BCL MIT )", {}},
           {"@FREE", "|| ( Oracle-BCL ( MIT X ) )", {"Oracle-BCL", "X"}},
           {"@FREE", "|| ( Oracle-BCL ( MIT BSD ) )", {}},
           {"@FREE", "MIT ( BSD ( X ) )", {"X"}},
           {"@A", "one two", {}},
           {"@B -@A", "one two", {"one", "two"}},
           {"@EMPTY * -*", "MIT", {"MIT"}},
       }) {
    Acceptance acceptance;
    acceptance.stack(test.accept, groups);
    DependencyNode node = *parse_dependency(test.license, DependencyKind::license, newest_eapi());
    EXPECT_EQ(unaccepted(node, acceptance), test.missing) << test.license << " by " << test.accept;
  }
}

TEST(Licenses, StackAndReportUnknownGroups) {
  Acceptance acceptance;
  std::vector<std::string> unknown;
  acceptance.stack("@FREE @NONE", groups, &unknown);
  EXPECT_EQ(unknown, std::vector<std::string>{"NONE"});
  acceptance.stack("-MIT Oracle-BCL", groups);
  EXPECT_FALSE(acceptance.accepts("MIT"));
  EXPECT_TRUE(acceptance.accepts("BSD"));
  EXPECT_TRUE(acceptance.accepts("Oracle-BCL"));
  acceptance.stack("*");
  EXPECT_TRUE(acceptance.accepts("MIT"));
}

}  // namespace
}  // namespace cooper::ebuild

#include "ebuild/required_use.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

const Eapi& eapi(int number) { return *find_eapi(std::to_string(number)); }
DependencyNode parse(std::string_view text) {
  return *parse_dependency(text, DependencyKind::required_use, newest_eapi());
}
bool any(std::string_view) { return true; }

TEST(RequiredUse, NamesTheViolatedParts) {
  struct Case {
    std::string_view text;
    UseSet use;
    std::vector<std::string> violated;
  };
  for (const Case& test : std::vector<Case>{
           {"", {}, {}},
           {"a", {"a"}, {}},
           {"a", {}, {"a"}},
           {"!a", {}, {}},
           {"!a", {"a"}, {"!a"}},
           {"a b !c", {"c"}, {"a", "b", "!c"}},
           {"( a ( b c ) )", {"a", "b"}, {"c"}},
           {"x? ( a )", {}, {}},
           {"x? ( a b )", {"x", "b"}, {"x? ( a )"}},
           {"!x? ( a )", {}, {"!x? ( a )"}},
           {"!x? ( a )", {"x"}, {}},
           {"x? ( y? ( a ) b )", {"x", "y"}, {"x? ( y? ( a ) b )"}},
           {"x? ( y? ( a ) b )", {"x"}, {"x? ( b )"}},
           {"|| ( a b )", {"b"}, {}},
           {"|| ( a b )", {"a", "b"}, {}},
           {"|| ( a b )", {}, {"|| ( a b )"}},
           {"|| ( a ( b c ) )", {"b"}, {"|| ( a ( b c ) )"}},
           {"|| ( a ( b c ) )", {"b", "c"}, {}},
           {"|| ( !a b )", {}, {}},
           {"^^ ( a b c )", {}, {"^^ ( a b c )"}},
           {"^^ ( a b c )", {"b"}, {}},
           {"^^ ( a b c )", {"b", "c"}, {"^^ ( a b c )"}},
           {"?? ( a b c )", {}, {}},
           {"?? ( a b c )", {"a"}, {}},
           {"?? ( a b c )", {"a", "c"}, {"?? ( a b c )"}},
           {"?? ( a ( b c ) )", {"a", "b"}, {}},
           {"?? ( a ( b c ) )", {"a", "b", "c"}, {"?? ( a ( b c ) )"}},
           {"x? ( ^^ ( a b ) )", {"x"}, {"x? ( ^^ ( a b ) )"}},
           // A condition that is not met takes its group out of the choice.
           {"^^ ( a x? ( b ) )", {"b"}, {"^^ ( a x? ( b ) )"}},
           {"^^ ( a x? ( b ) )", {"b", "x"}, {}},
           {"|| ( a x? ( b ) )", {"b"}, {"|| ( a x? ( b ) )"}},
           {"?? ( a x? ( b ) )", {"a", "b"}, {}},
           {"?? ( a x? ( b ) )", {"a", "b", "x"}, {"?? ( a x? ( b ) )"}},
           {"|| ( a || ( b c ) )", {"c"}, {}},
       }) {
    DependencyNode node = parse(test.text);
    EXPECT_EQ(violated_required_use(node, test.use, eapi(8)), test.violated) << test.text;
    EXPECT_EQ(required_use_holds(node, test.use, eapi(8)), test.violated.empty()) << test.text;
  }
}

TEST(RequiredUse, CountsEmptyGroupsAsTheEapiSays) {
  for (std::string_view text : {"|| ( )", "^^ ( )", "|| ( x? ( a ) )", "^^ ( x? ( a ) )", "|| ( a ^^ ( ) )"}) {
    EXPECT_TRUE(required_use_holds(parse(text), {}, eapi(6))) << text;
    EXPECT_FALSE(required_use_holds(parse(text), {}, eapi(7))) << text;
  }
  for (std::string_view text : {"?? ( )", "?? ( x? ( a ) )", "( )"})
    for (int number : {5, 6, 7, 9}) EXPECT_TRUE(required_use_holds(parse(text), {}, eapi(number))) << text;
}

TEST(RequiredUse, ExplainsInWords) {
  struct Case {
    std::string_view text;
    UseSet use;
    std::string_view reason;
  };
  for (const Case& test : std::vector<Case>{
           {"xml", {}, "xml is off"},
           {"!xml", {"xml"}, "xml is on"},
           {"soap? ( xml session )", {"soap"}, "soap is on, but xml is off and session is off"},
           {"!cli? ( fpm )", {}, "cli is off, but fpm is off"},
           {"^^ ( a b c )", {}, "exactly one of a, b and c must hold, but none does"},
           {"^^ ( a b c )", {"a", "c"}, "exactly one of a, b and c must hold, but a and c do"},
           {"?? ( a !b )", {"a"}, "at most one of a and !b must hold, but a and !b do"},
           {"|| ( a ( b c ) )", {}, "at least one of a and ( b c ) must hold, but none does"},
           {"x? ( || ( a b ) )", {"x"}, "x is on, but at least one of a and b must hold, but none does"},
           {"|| ( x? ( a ) )", {}, "\"|| ( x? ( a ) )\" has nothing to choose from, which EAPI 8 counts as not met"},
       }) {
    std::vector<RequiredUseViolation> violations = explain_required_use(parse(test.text), test.use, eapi(8));
    ASSERT_EQ(violations.size(), 1U) << test.text;
    EXPECT_EQ(violations[0].reason, test.reason);
  }
  EXPECT_TRUE(explain_required_use(parse("a? ( b )"), {"a", "b"}, eapi(8)).empty());
}

TEST(RequiredUse, FindsTheFewestChanges) {
  struct Case {
    std::string_view text;
    UseSet use;
    std::vector<FlagChange> changes;
  };
  for (const Case& test : std::vector<Case>{
           {"a", {"a"}, {}},
           {"a? ( b )", {"a"}, {{"b", true}}},
           {"a? ( b ) b? ( c )", {"a"}, {{"a", false}}},
           {"a? ( b ) b? ( c ) a", {"a"}, {{"b", true}, {"c", true}}},
           {"^^ ( a b c )", {}, {{"a", true}}},
           {"^^ ( a b c )", {"b", "c"}, {{"b", false}}},
           {"?? ( a b c )", {"a", "b", "c"}, {{"a", false}, {"b", false}}},
           {"!a? ( !b )", {"b"}, {{"b", false}}},
       }) {
    auto changes = mend_required_use(parse(test.text), test.use, eapi(8), any);
    ASSERT_TRUE(changes) << test.text;
    EXPECT_EQ(*changes, test.changes) << test.text;
  }
  auto not_a = [](std::string_view flag) { return flag != "a"; };
  EXPECT_EQ(*mend_required_use(parse("^^ ( a b )"), {}, eapi(8), not_a), (std::vector<FlagChange>{{"b", true}}));
  EXPECT_FALSE(mend_required_use(parse("a"), {}, eapi(8), not_a));
  EXPECT_FALSE(mend_required_use(parse("a !a"), {}, eapi(8), any));
  EXPECT_FALSE(mend_required_use(parse("a b c"), {}, eapi(8), any, 2));
}

}  // namespace
}  // namespace cooper::ebuild

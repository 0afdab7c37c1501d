// Patterns and regular expressions, as the bash manual describes them.
#include "shell/pattern.h"

#include <gtest/gtest.h>

#include "shell/unsupported.h"

namespace cooper::shell {
namespace {

bool matches(std::string_view pattern, std::string_view text, bool extended = false) {
  Budget budget;
  return Pattern(pattern, extended, budget).matches(text);
}

TEST(Pattern, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches("abc", "abc"));
  EXPECT_FALSE(matches("abc", "abcd"));
  EXPECT_TRUE(matches("a*c", "ac"));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(matches("a*b*c", "acb"));
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_FALSE(matches("a?c", "ac"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("\\*", "*"));
  EXPECT_FALSE(matches("\\*", "a"));
}

TEST(Pattern, Brackets) {
  EXPECT_TRUE(matches("[a-c]x", "bx"));
  EXPECT_FALSE(matches("[!a-c]", "b"));
  EXPECT_TRUE(matches("[^a-c]", "d"));
  EXPECT_TRUE(matches("[]]", "]"));
  EXPECT_TRUE(matches("[a-]", "-"));
  EXPECT_TRUE(matches("[[:upper:][:digit:]]", "7"));
  EXPECT_FALSE(matches("[[:space:]]", "x"));
  EXPECT_TRUE(matches("[\\]x]", "]"));
}

TEST(Pattern, ExtendedOnes) {
  EXPECT_TRUE(matches("@(ab|cd)e", "cde", true));
  EXPECT_TRUE(matches("+([0-9])", "123", true));
  EXPECT_FALSE(matches("+([0-9])", "", true));
  EXPECT_TRUE(matches("*(a|b)c", "abbac", true));
  EXPECT_TRUE(matches("x?(y)z", "xz", true));
  EXPECT_TRUE(matches("!(a*)", "ba", true));
  EXPECT_FALSE(matches("!(a*)", "ab", true));
  EXPECT_TRUE(matches("+(a)", "+(a)", false)) << "plain characters where they are not on";
}

TEST(Pattern, BeginningsAndEnds) {
  Budget budget;
  Pattern slash("*/", false, budget), dot(".*", false, budget), digit("[0-9]", false, budget);
  EXPECT_EQ(slash.prefix("a/b/c", false), 2u);
  EXPECT_EQ(slash.prefix("a/b/c", true), 4u);
  EXPECT_EQ(slash.prefix("abc", true), std::string::npos);
  EXPECT_EQ(dot.suffix("a.b.c", false), 3u);
  EXPECT_EQ(dot.suffix("a.b.c", true), 1u);
  EXPECT_EQ(digit.prefix("1a", true), 1u);
  EXPECT_EQ(digit.suffix("a1", false), 1u);
}

TEST(Pattern, GivesUpWhereItIsNotCertain) {
  Budget budget;
  EXPECT_THROW((void)Pattern("?", false, budget).matches("\xc3\xa9"), Unsupported);
  EXPECT_THROW((void)Pattern("[a", false, budget).matches("a"), Unsupported);
  EXPECT_THROW((void)Pattern("[[.a.]]", false, budget).matches("a"), Unsupported);
  std::string many, text(200, 'a');
  for (int i = 0; i < 200; ++i) many += "*(a|*a)";
  EXPECT_THROW((void)Pattern(many + "b", true, budget).matches(text), Unsupported);
}

TEST(Regex, GroupsAndLimits) {
  Budget budget;
  EXPECT_EQ(match_regex("^([a-z]+)-([0-9]+)?$", "foo-", budget), (std::vector<std::string>{"foo-", "foo", ""}));
  EXPECT_TRUE(match_regex("^b", "ab", budget).empty());
  EXPECT_THROW(match_regex("(a)\\1", "aa", budget), Unsupported);
  EXPECT_THROW(match_regex("(a{9}){9}", "a", budget), Unsupported);
  EXPECT_THROW(match_regex("(", "a", budget), Unsupported);
}

}  // namespace
}  // namespace cooper::shell

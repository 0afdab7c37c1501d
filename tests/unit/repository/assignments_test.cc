#include "repository/assignments.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cooper::repository {
namespace {

std::map<std::string, std::string> parse(std::string_view text, const Lookup& lookup = {}) {
  auto parsed = parse_assignments(text, "file", lookup);
  EXPECT_TRUE(parsed) << parsed.error().message();
  std::map<std::string, std::string> out;
  if (parsed)
    for (const Assignment& assignment : *parsed) out[assignment.name] = assignment.value;
  return out;
}

std::string where(std::string_view text) {
  auto parsed = parse_assignments(text, "file", {});
  return parsed ? "no error" : parsed.error().where;
}

TEST(Assignments, ReadsQuotesCommentsAndContinuations) {
  auto values = parse(
      "# first\nA=\"x y\" # why\nB='$A \"q\"'\nexport C=bare\nD=\"one \\\n "
      "two\"\nE=\"line\nbreak\"\nF=a\"b\"'c'\nG=\nH=1;I=2\n");
  EXPECT_EQ(values["A"], "x y");
  EXPECT_EQ(values["B"], "$A \"q\"");
  EXPECT_EQ(values["C"], "bare");
  EXPECT_EQ(values["D"], "one  two");
  EXPECT_EQ(values["E"], "line\nbreak");
  EXPECT_EQ(values["F"], "abc");
  EXPECT_EQ(values["G"], "");
  EXPECT_EQ(values["H"], "1");
  EXPECT_EQ(values["I"], "2");
}

TEST(Assignments, ExpandsVariables) {
  auto values = parse("A=\"a\"\nB=\"${A}$A ${UP} \\$A $ ${NONE}\"\nC=$B\n",
                      [](std::string_view name) { return std::string(name == "UP" ? "up" : ""); });
  EXPECT_EQ(values["B"], "aa up $A $ ");
  EXPECT_EQ(values["C"], "aa up $A $ ");
}

TEST(Assignments, SaysWhereItStops) {
  EXPECT_EQ(where("A=\"x\"\n\nB=\"never\nclosed\n"), "file:3");
  EXPECT_EQ(where("A=\"$(date)\"\n"), "file:1");
  EXPECT_EQ(where("A=\"${B:-x}\"\n"), "file:1");
  EXPECT_EQ(where("A=x y\n"), "file:1");
  EXPECT_EQ(where("\nA+=x\n"), "file:2");
  EXPECT_EQ(where("1A=x\n"), "file:1");
  EXPECT_EQ(where("word\n"), "file:1");
  EXPECT_EQ(where("A=`date`\n"), "file:1");
}

TEST(Assignments, DoesNotLetValuesGrowWithoutBound) {
  std::string text = "A=\"xxxxxxxxxxxxxxxx\"\n";
  for (int i = 0; i < 64; ++i) text += "A=\"${A}${A}\"\n";
  auto parsed = parse_assignments(text, "file", {});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().what, "the value is too large");
  // Each of them may be large, but not all.
  text = "A=\"xxxxxxxxxxxxxxxx\"\n";
  for (int i = 0; i < 14; ++i) text += "A=\"${A}${A}\"\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("B{}=$A\n", i);
  parsed = parse_assignments(text, "file", {});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().what, "the values are too large together");
}

}  // namespace
}  // namespace cooper::repository

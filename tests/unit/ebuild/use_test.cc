#include "ebuild/use.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

const Eapi& eapi(int number) { return *find_eapi(std::to_string(number)); }

TEST(Iuse, IsRead) {
  Result<std::vector<IuseFlag>> flags = parse_iuse("ssl +ipv6\n-debug ssl ipv6 +zip -zip", eapi(8));
  ASSERT_TRUE(flags);
  EXPECT_EQ(*flags, (std::vector<IuseFlag>{{"ssl", {}}, {"ipv6", true}, {"debug", false}, {"zip", false}}));
  EXPECT_TRUE(parse_iuse("", eapi(8))->empty());
  for (std::string_view text : {"+", "-", "++a", "a.b", "_a", "!a", "a?"})
    EXPECT_FALSE(parse_iuse(text, eapi(8))) << text;
  EXPECT_TRUE(parse_iuse("a b", eapi(0)));
  EXPECT_FALSE(parse_iuse("+a", eapi(0)));
  EXPECT_TRUE(parse_iuse("+a", eapi(1)));
}

// What each form demands where the dependent has x on, and where it has x off (PMS 8.3.4): '+' on, '-' off, ' '
// nothing.
TEST(UseDependency, DemandsFlags) {
  struct Case {
    std::string_view use;
    char when_on, when_off;
  };
  auto demanded = [](const Atom& atom, const UseSet& use) {
    std::vector<FlagDemand> demands = flag_demands(atom, use);
    return demands.empty() ? ' ' : demands[0].on ? '+' : '-';
  };
  for (const Case& test : std::vector<Case>{{"x", '+', '+'},
                                            {"-x", '-', '-'},
                                            {"x=", '+', '-'},
                                            {"!x=", '-', '+'},
                                            {"x?", '+', ' '},
                                            {"!x?", ' ', '-'}}) {
    Atom atom = *Atom::parse("a/b[" + std::string(test.use) + "]", eapi(8));
    EXPECT_EQ(demanded(atom, {"x"}), test.when_on) << test.use;
    EXPECT_EQ(demanded(atom, {"y"}), test.when_off) << test.use;
  }
}

TEST(UseDependency, IsMetByFlagsOrDefaults) {
  auto has_x = [](std::string_view flag) { return flag == "x"; };
  auto has_none = [](std::string_view) { return false; };
  EXPECT_TRUE(meets({"x", true, {}}, {"x"}, has_x));
  EXPECT_FALSE(meets({"x", true, {}}, {}, has_x));
  EXPECT_TRUE(meets({"x", false, {}}, {}, has_x));
  EXPECT_FALSE(meets({"x", true, {}}, {}, has_none));
  EXPECT_FALSE(meets({"x", false, {}}, {}, has_none));
  EXPECT_TRUE(meets({"x", true, true}, {}, has_none));
  EXPECT_FALSE(meets({"x", false, true}, {}, has_none));
  EXPECT_TRUE(meets({"x", false, false}, {}, has_none));
  EXPECT_FALSE(meets({"x", true, true}, {}, has_x));
}

}  // namespace
}  // namespace cooper::ebuild

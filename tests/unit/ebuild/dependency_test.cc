#include "ebuild/dependency.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

using Kind = DependencyKind;
const Eapi& eapi(int number) { return *find_eapi(std::to_string(number)); }

DependencyNode parse(std::string_view text, Kind kind = Kind::packages, int number = 8) {
  Result<DependencyNode> node = parse_dependency(text, kind, eapi(number));
  EXPECT_TRUE(node) << text << ": " << (node ? "" : node.error().message());
  return node ? *node : DependencyNode();
}

TEST(Dependency, ReadsATree) {
  DependencyNode root = parse("a/b\n\t|| ( >=c/d-2:0= ( e/f !g/h ) ) ssl? ( dev-libs/openssl:= ) !X? ( i/j[k] )");
  EXPECT_FALSE(root.is_leaf);
  EXPECT_EQ(root.kind, GroupKind::all);
  ASSERT_EQ(root.children.size(), 4U);
  EXPECT_TRUE(root.children[0].is_leaf);
  EXPECT_EQ(root.children[0].word, "a/b");
  EXPECT_EQ(root.children[0].atom->name.text(), "a/b");
  const DependencyNode& any = root.children[1];
  EXPECT_EQ(any.kind, GroupKind::any_of);
  ASSERT_EQ(any.children.size(), 2U);
  EXPECT_EQ(any.children[0].atom->op, Operator::greater_equal);
  EXPECT_EQ(any.children[1].kind, GroupKind::all);
  EXPECT_EQ(any.children[1].children[1].atom->block, Block::weak);
  EXPECT_EQ(root.children[2].kind, GroupKind::use_conditional);
  EXPECT_EQ(root.children[2].flag, "ssl");
  EXPECT_FALSE(root.children[2].negated);
  EXPECT_EQ(root.children[3].flag, "X");
  EXPECT_TRUE(root.children[3].negated);
  EXPECT_EQ(root.children[3].children[0].atom->use[0].flag, "k");
}

struct Text {
  Kind kind;
  std::string_view text;
};

TEST(Dependency, PrintsWhatItRead) {
  for (const Text& test : std::vector<Text>{
           {Kind::packages, ""},
           {Kind::packages, "a/b"},
           {Kind::packages, "|| ( a/b ( c/d e/f ) ) x? ( !y? ( || ( g/h i/j ) ) )"},
           {Kind::packages, "( a/b ) ( ( c/d ) )"},
           {Kind::packages, "|| ( ) ( )"},
           {Kind::required_use, "^^ ( a b ) ?? ( c !d ) || ( e f? ( g ) ) !h? ( !i )"},
           {Kind::license, "|| ( GPL-2+ MIT ) x? ( BSD )"},
           {Kind::src_uri,
            "https://x.org/a.tar.gz -> b.tar.gz mirror://m/c.zip d.zip y? ( fetch+https://x/e mirror+ftp://x/f -> g )"},
           {Kind::words, "test !x? ( strip ) ( mirror )"},
       }) {
    DependencyNode node = parse(test.text, test.kind);
    EXPECT_EQ(to_text(node), test.text);
    EXPECT_EQ(to_text(parse(to_text(node), test.kind)), test.text);
  }
}

TEST(Dependency, TakesAnyWhiteSpaceAsOne) {
  EXPECT_EQ(to_text(parse(" \n a/b\t\t||\n(\n\ta/b \r\n) \n")), "a/b || ( a/b )");
}

TEST(Dependency, RefusesWhatIsMalformed) {
  for (const Text& test : std::vector<Text>{
           {Kind::packages, "("},
           {Kind::packages, ")"},
           {Kind::packages, "( a/b"},
           {Kind::packages, "a/b )"},
           {Kind::packages, "( a/b ) )"},
           {Kind::packages, "||"},
           {Kind::packages, "|| a/b"},
           {Kind::packages, "||( a/b )"},
           {Kind::packages, "|| (a/b)"},
           {Kind::packages, "x?"},
           {Kind::packages, "x? a/b"},
           {Kind::packages, "x?( a/b )"},
           {Kind::packages, "? ( a/b )"},
           {Kind::packages, "!? ( a/b )"},
           {Kind::packages, "!!x? ( a/b )"},
           {Kind::packages, "-x? ( a/b )"},
           {Kind::packages, "^^ ( a/b )"},
           {Kind::packages, "?? ( a/b )"},
           {Kind::packages, "b"},
           {Kind::packages, "a/b-1"},
           {Kind::packages, "a/b::r"},
           {Kind::packages, "x? y? ( a/b )"},
           {Kind::packages, "|| || ( a/b )"},
           {Kind::packages, "a/b -> c"},
           {Kind::required_use, "a/b"},
           {Kind::required_use, "!!a"},
           {Kind::required_use, "!"},
           {Kind::required_use, "-a"},
           {Kind::required_use, "^^ a"},
           {Kind::required_use, "??"},
           {Kind::required_use, "+a"},
           {Kind::license, "GPL/2"},
           {Kind::license, "^^ ( MIT )"},
           {Kind::license, "@FREE"},
           {Kind::license, "-MIT"},
           {Kind::src_uri, "|| ( https://x/a )"},
           {Kind::src_uri, "https://x/a ->"},
           {Kind::src_uri, "-> a"},
           {Kind::src_uri, "https://x/a -> b/c"},
           {Kind::src_uri, "https://x/a -> )"},
           {Kind::src_uri, "https://x/a -> -> b"},
           {Kind::src_uri, "https://x/"},
           {Kind::src_uri, "https://x/.."},
           {Kind::src_uri, ".."},
           {Kind::src_uri, "."},
           {Kind::src_uri, "a -> b"},
           {Kind::src_uri, "a/b"},
           {Kind::src_uri, "://x/a"},
           {Kind::src_uri, "https://x/a -> .."},
           {Kind::words, "|| ( test )"},
           {Kind::words, "(test)"},
           {Kind::words, "?? ( a )"},
       }) {
    Result<DependencyNode> node = parse_dependency(test.text, test.kind, eapi(8));
    EXPECT_FALSE(node) << test.text;
    if (node) continue;
    EXPECT_EQ(node.error().kind, ErrorKind::usage);
    EXPECT_NE(node.error().what.find("offset"), std::string::npos) << node.error().what;
    EXPECT_FALSE(node.error().why.empty()) << test.text;
  }
}

TEST(Dependency, PointsAtTheOffendingToken) {
  Result<DependencyNode> node = parse_dependency("a/b x? ( c/d-1 )", Kind::packages, eapi(8));
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().what, "unexpected \"c/d-1\" at offset 9");
  EXPECT_NE(node.error().hint.find("operator"), std::string::npos);
  node = parse_dependency("|| ( a/b", Kind::packages, eapi(8));
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().what, "the dependency string ends too early at offset 8");
  EXPECT_EQ(node.error().why, "a \")\" is missing");
}

TEST(Dependency, KnowsWhatEachEapiBrought) {
  struct Case {
    Kind kind;
    std::string_view text;
    int since;
  };
  for (const Case& test : std::vector<Case>{{Kind::src_uri, "https://x/a -> b", 2},
                                            {Kind::required_use, "^^ ( a b )", 0},
                                            {Kind::required_use, "?? ( a b )", 5},
                                            {Kind::src_uri, "fetch+https://x/a", 8},
                                            {Kind::src_uri, "mirror+https://x/a", 8},
                                            {Kind::packages, "x? ( a/b:= )", 5}})
    for (int number = 0; number <= 9; ++number)
      EXPECT_EQ(parse_dependency(test.text, test.kind, eapi(number)).has_value(), number >= test.since)
          << test.text << " in EAPI " << number;
}

TEST(Dependency, BoundsTheDepthOfGroups) {
  auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "( ";
    text += "a/b";
    for (int i = 0; i < depth; ++i) text += " )";
    return text;
  };
  EXPECT_EQ(to_text(parse(nested(150))), nested(150));
  EXPECT_FALSE(parse_dependency(nested(100000), Kind::packages, eapi(8)));
}

TEST(Dependency, EvaluatesConditionals) {
  struct Case {
    std::string_view text;
    UseSet use;
    std::string_view result;
  };
  for (const Case& test : std::vector<Case>{
           {"a/b x? ( c/d )", {}, "a/b"},
           {"a/b x? ( c/d )", {"x"}, "a/b c/d"},
           {"!x? ( c/d )", {}, "c/d"},
           {"!x? ( c/d )", {"x"}, ""},
           {"x? ( y? ( a/b ) c/d !z? ( e/f ) )", {"x"}, "c/d e/f"},
           {"x? ( y? ( a/b ) c/d )", {"x", "y"}, "a/b c/d"},
           {"( x? ( a/b ) c/d )", {"x"}, "( a/b c/d )"},
           // The children of a condition inside a choice are one alternative.
           {"|| ( x? ( a/b c/d ) e/f )", {"x"}, "|| ( ( a/b c/d ) e/f )"},
           {"|| ( x? ( a/b ) e/f )", {"x"}, "|| ( a/b e/f )"},
           {"|| ( x? ( a/b ) e/f )", {}, "|| ( e/f )"},
           {"|| ( x? ( y? ( a/b ) c/d ) e/f )", {"x", "y"}, "|| ( ( a/b c/d ) e/f )"},
           {"|| ( x? ( y? ( a/b c/d ) ) e/f )", {"x", "y"}, "|| ( ( a/b c/d ) e/f )"},
           {"|| ( x? ( a/b ) )", {}, "|| ( )"},
           {"|| ( x? ( || ( a/b c/d ) ) )", {"x"}, "|| ( || ( a/b c/d ) )"},
       })
    EXPECT_EQ(to_text(evaluate_conditionals(parse(test.text), test.use)), test.result) << test.text;

  DependencyNode conditional = parse("x? ( a/b c/d )").children[0];
  EXPECT_EQ(to_text(evaluate_conditionals(conditional, {"x"})), "a/b c/d");
  EXPECT_EQ(to_text(evaluate_conditionals(conditional, {})), "");
  EXPECT_EQ(to_text(evaluate_conditionals(parse("a/b").children[0], {})), "a/b");
  EXPECT_EQ(to_text(evaluate_conditionals(parse("|| ( a/b c/d )").children[0], {})), "|| ( a/b c/d )");
}

TEST(Dependency, ListsLeavesInOrder) {
  DependencyNode root = parse("a/b || ( c/d ( e/f ) ) x? ( g/h )");
  std::string text;
  for (const DependencyNode* leaf : leaves(root)) text += leaf->word + " ";
  EXPECT_EQ(text, "a/b c/d e/f g/h ");
  EXPECT_TRUE(leaves(parse("|| ( )")).empty());
}

// A random tree printed, parsed and printed again is the same text.
std::string random_text(std::mt19937& random, int depth) {
  static const char* const openers[] = {"(", "|| (", "^^ (", "?? (", "flag? (", "!other? ("};
  std::string text;
  for (unsigned n = random() % 4; n > 0; --n) {
    if (!text.empty()) text += ' ';
    if (depth > 0 && random() % 2) {
      std::string inner = random_text(random, depth - 1);
      text += std::string(openers[random() % 6]) + " " + inner + (inner.empty() ? ")" : " )");
    } else {
      text += (random() % 2 ? "!" : "") + std::string(1, static_cast<char>('a' + random() % 26));
    }
  }
  return text;
}

TEST(Dependency, RoundTripsRandomTrees) {
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text = random_text(random, 5);
    ASSERT_EQ(to_text(parse(text, Kind::required_use)), text);
  }
}

}  // namespace
}  // namespace cooper::ebuild

#include "ebuild/atom.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

const Eapi& eapi(std::string_view name) { return *find_eapi(name); }

Cpv cpv(std::string_view text) {
  Result<Cpv> parsed = Cpv::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Cpv();
}

TEST(Cpv, IsReadAndPrinted) {
  Cpv php = cpv("dev-lang/php-8.2.32-r1");
  EXPECT_EQ(php.name.category, "dev-lang");
  EXPECT_EQ(php.name.package, "php");
  EXPECT_EQ(php.version.text(), "8.2.32-r1");
  EXPECT_EQ(php.text(), "dev-lang/php-8.2.32-r1");
  for (std::string_view text :
       {"", "php-8", "dev-lang/php", "dev-lang/php-", "dev-lang/-8", "/php-8", "dev-lang/php-8-9", "a/b/c-1", "-a/b-1"})
    EXPECT_FALSE(Cpv::parse(text)) << text;
}

TEST(Atom, ReadsEveryPart) {
  Result<Atom> atom = Atom::parse(
      "!!>=dev-db/sqlite-3.40.1_p2-r3:3/8=[readline,-static-libs(-),icu(+)?,!tcl?,debug=,!secure=]", eapi("8"));
  ASSERT_TRUE(atom);
  EXPECT_EQ(atom->block, Block::strong);
  EXPECT_EQ(atom->op, Operator::greater_equal);
  EXPECT_EQ(atom->name.text(), "dev-db/sqlite");
  EXPECT_EQ(atom->version.text(), "3.40.1_p2-r3");
  EXPECT_EQ(atom->slot, "3");
  EXPECT_EQ(atom->subslot, "8");
  EXPECT_EQ(atom->slot_operator, SlotOperator::equal);
  using Kind = UseDependency::Kind;
  const std::vector<UseDependency> use = {
      {"readline", Kind::enabled, {}}, {"static-libs", Kind::disabled, false},
      {"icu", Kind::if_enabled, true}, {"tcl", Kind::if_disabled, {}},
      {"debug", Kind::same, {}},       {"secure", Kind::opposite, {}},
  };
  EXPECT_EQ(atom->use, use);
}

TEST(Atom, PrintsWhatItRead) {
  for (std::string_view text : {"a/b",
                                "!a/b",
                                "!!a/b",
                                "<a/b-1",
                                "<=a/b-1.0",
                                "=a/b-1-r0",
                                "=a/b-1*",
                                "=a/b-1-r1*",
                                "~a/b-1",
                                ">=a/b-1_p2",
                                ">a/b-1a",
                                "!<a/b-2",
                                "!!=a/b-2*:0",
                                "a/b:0",
                                "a/b:0/1.2",
                                "a/b:=",
                                "a/b:*",
                                "a/b:3.2=",
                                "a/b:0/1=",
                                "a/b[x]",
                                "a/b[-x]",
                                "a/b[x?]",
                                "a/b[!x?]",
                                "a/b[x=]",
                                "a/b[!x=]",
                                "a/b[x(+)]",
                                "a/b[-x(-)]",
                                "a/b[!x(+)?]",
                                "a/b[x(-)=,y,-z]",
                                "=a/b-1:0=[x]",
                                "x11-libs/gtk+:3",
                                "a/foo-",
                                "=a/foo--1",
                                "~a/b-1.2-r3"}) {
    Result<Atom> atom = Atom::parse(text, eapi("8"));
    ASSERT_TRUE(atom) << text << ": " << atom.error().message();
    EXPECT_EQ(atom->text(), text);
    EXPECT_EQ(*Atom::parse(atom->text(), eapi("8")), *atom);
  }
  for (std::string_view text : {"a/b::gentoo", "=a/b-1:2/3::my-repo[x]", "a/b:=::r"}) {
    ASSERT_TRUE(Atom::parse_user(text)) << text;
    EXPECT_EQ(Atom::parse_user(text)->text(), text);
    EXPECT_FALSE(Atom::parse(text, eapi("8"))) << text;
  }
}

TEST(Atom, RefusesWhatIsMalformed) {
  for (std::string_view text :
       {"",           "!",        "!!",       "!!!a/b",   "b",         "/b",        "a/",        "a/b/c",
        "=a/b",       ">=a/b",    "~a/b",     "a/b-1",    "a/b-1-r1",  "a/b*",      "a/b-1*",    ">=a/b-1*",
        "~a/b-1*",    "=a/b-1**", "=a/b*",    "==a/b-1",  "<>a/b-1",   "=>a/b-1",   "=a/b-1-2",  "=a/b-1-r1-2",
        "a/b:",       "a/b:/1",   "a/b:0/",   "a/b:0/=",  "a/b:0*",    "a/b:**",    "a/b:0==",   "a/b:-1",
        "a/b:0:1",    "a/b[]",    "a/b[x",    "a/bx]",    "a/b[x]]",   "a/b[x][y]", "a/b[,x]",   "a/b[x,]",
        "a/b[x,,y]",  "a/b[!x]",  "a/b[-x?]", "a/b[-x=]", "a/b[!-x?]", "a/b[x??]",  "a/b[x(*)]", "a/b[x()]",
        "a/b[x?(+)]", "a/b[(+)]", "a/b[_x]",  "a/b[ x]",  "a/b[x]:0",  "a b/c",     "a/b ",      " a/b",
        "-a/b",       "a/-b",     "a/b@",     "*/*",      "a/*",       "=a/b-1.x",  "=a/b-v1",   "a/b::",
        "a/b\n"}) {
    Result<Atom> atom = Atom::parse(text, eapi("8"));
    EXPECT_FALSE(atom) << text;
    if (atom) continue;
    EXPECT_EQ(atom.error().kind, ErrorKind::usage);
    EXPECT_NE(atom.error().what.find(text), std::string::npos);
    EXPECT_FALSE(atom.error().why.empty()) << text;
  }
}

TEST(Atom, KnowsWhatEachEapiBrought) {
  struct Case {
    std::string_view text;
    int since;
  };
  for (const Case& test : std::vector<Case>{{"a/b", 0},
                                            {"!a/b", 0},
                                            {"=a/b-1*", 0},
                                            {"a/b:1", 1},
                                            {"!!a/b", 2},
                                            {"a/b[x]", 2},
                                            {"a/b[x?,!y=]", 2},
                                            {"a/b[x(+)]", 4},
                                            {"a/b[-x(-)]", 4},
                                            {"a/b:=", 5},
                                            {"a/b:*", 5},
                                            {"a/b:1=", 5},
                                            {"a/b:1/2", 5}}) {
    for (int number = 0; number <= 9; ++number) {
      Result<Atom> atom = Atom::parse(test.text, eapi(std::to_string(number)));
      EXPECT_EQ(atom.has_value(), number >= test.since) << test.text << " in EAPI " << number;
      if (!atom) {
        EXPECT_NE(atom.error().why.find("EAPI " + std::to_string(number)), std::string::npos) << atom.error().why;
      }
    }
  }
}

TEST(Atom, SaysHowToMendAMissingOperator) {
  Result<Atom> atom = Atom::parse_user("dev-lang/php-8.2");
  ASSERT_FALSE(atom);
  EXPECT_NE(atom.error().why.find("php-8.2"), std::string::npos);
  EXPECT_NE(atom.error().hint.find("operator"), std::string::npos);
}

TEST(Atom, MatchesByOperator) {
  struct Case {
    std::string_view atom;
    std::vector<std::string_view> yes, no;
  };
  for (const Case& test : std::vector<Case>{
           {"a/b", {"a/b-1", "a/b-0_alpha"}, {"a/c-1", "b/b-1"}},
           {"<a/b-2", {"a/b-1", "a/b-2_rc1"}, {"a/b-2", "a/b-2-r1", "a/c-1"}},
           {"<=a/b-2", {"a/b-2", "a/b-2-r0", "a/b-1"}, {"a/b-2-r1", "a/b-2a"}},
           {"=a/b-2", {"a/b-2", "a/b-2-r0", "a/b-02"}, {"a/b-2-r1", "a/b-2.0"}},
           {"=a/b-2*", {"a/b-2", "a/b-2.1", "a/b-2-r4", "a/b-2_p1"}, {"a/b-20", "a/b-1.2"}},
           {"~a/b-2", {"a/b-2", "a/b-2-r3"}, {"a/b-2.1", "a/b-2_p0"}},
           {"~a/b-2-r1", {"a/b-2", "a/b-2-r1", "a/b-2-r3"}, {"a/b-1-r1"}},
           {">=a/b-2", {"a/b-2", "a/b-2-r1", "a/b-10"}, {"a/b-2_rc9", "a/b-1.9"}},
           {">a/b-2", {"a/b-2-r1", "a/b-2.0"}, {"a/b-2", "a/b-2-r0"}},
           {"!<a/b-2", {"a/b-1"}, {"a/b-3"}},
       }) {
    Atom atom = *Atom::parse(test.atom, eapi("8"));
    for (std::string_view text : test.yes) EXPECT_TRUE(atom.matches(cpv(text))) << test.atom << " " << text;
    for (std::string_view text : test.no) EXPECT_FALSE(atom.matches(cpv(text))) << test.atom << " " << text;
  }
}

TEST(Atom, MatchesSlotsAndRepositories) {
  struct Case {
    std::string_view atom, slot, repository;
    bool matches;
  };
  for (const Case& test : std::vector<Case>{
           {"a/b", "0", "r", true},          {"a/b:0", "0", "r", true},        {"a/b:0", "0/5", "r", true},
           {"a/b:0", "00", "r", false},      {"a/b:0", "1/0", "r", false},     {"a/b:0/5", "0/5", "r", true},
           {"a/b:0/5", "0/5.1", "r", false}, {"a/b:0/0", "0", "r", true},      {"a/b:0/5", "0", "r", false},
           {"a/b:=", "7/8", "r", true},      {"a/b:*", "7/8", "r", true},      {"a/b:7=", "7/8", "r", true},
           {"a/b:7=", "8", "r", false},      {"a/b:7/8=", "7/8", "r", true},   {"a/b:7/9=", "7/8", "r", false},
           {"a/b::r", "0", "r", true},       {"a/b::r", "0", "s", false},      {"a/b:1::r", "0", "r", false},
           {">=a/b-2:0", "0", "r", false},   {">=a/b-1:0::r", "0", "r", true},
       }) {
    EXPECT_EQ(Atom::parse_user(test.atom)->matches(cpv("a/b-1"), test.slot, test.repository), test.matches)
        << test.atom << " against slot " << test.slot << " of " << test.repository;
  }
}

TEST(Atom, MatchesPatternsOfUsers) {
  struct Case {
    std::string_view atom;
    std::vector<std::string_view> yes, no;
  };
  for (const Case& test : std::vector<Case>{
           {"*/*", {"a/b-1", "dev-lang/php-8"}, {}},
           {"dev-*/*", {"dev-lang/php-8", "dev-/x-1"}, {"xdev-lang/php-8", "dev/x-1"}},
           {"*/php", {"dev-lang/php-8"}, {"dev-lang/php5-1", "a/xphp-1"}},
           {"*-lang/p*p", {"dev-lang/php-8", "x-lang/pp-1"}, {"dev-lang/p-1", "dev-lang/perl-5"}},
           {"a/*b*c", {"a/bc-1", "a/xbxbxc-1"}, {"a/cb-1", "a/bcb-1"}},
           {"=*/*-*9999*", {"a/b-9999", "c/d-1.9999-r1", "a/b-99990"}, {"a/b-999", "a/b9999-1"}},
           {"=*/*-*_rc*", {"a/b-1_rc2", "a/b-1_rc"}, {"a/b_rc-1"}},
           {"=a/b-*.9*", {"a/b-1.9"}, {"a/c-1.9", "a/b-1.8"}},
           {"=a/*-1*", {"a/b-1.2", "a/c-1"}, {"a/b-10", "b/b-1"}},
           {"=*/b-9999*", {"a/b-9999", "c/b-9999-r1"}, {"c/d-9999", "a/b-1.9999"}},
       }) {
    EXPECT_FALSE(Atom::parse_user(test.atom)) << test.atom;
    Result<Atom> atom = Atom::parse_user(test.atom, true);
    ASSERT_TRUE(atom) << test.atom;
    EXPECT_TRUE(atom->wildcard);
    EXPECT_EQ(atom->text(), test.atom);
    for (std::string_view text : test.yes) EXPECT_TRUE(atom->matches(cpv(text))) << test.atom << " " << text;
    for (std::string_view text : test.no) EXPECT_FALSE(atom->matches(cpv(text))) << test.atom << " " << text;
  }
  EXPECT_TRUE(Atom::parse_user("*/*:0::r[x]", true));
  EXPECT_TRUE(Atom::parse_user("a/b", true));
  EXPECT_FALSE(Atom::parse_user("a/b", true)->wildcard);
  for (std::string_view text :
       {"**/x", "*", "*/", "/*", "*/b-1", "a/*-1", ">=*/b-1", "=a/*-1", "a/b-*1.", "a/b:*0", "=a/*", "=a/b-*",
        "=a/b-**", "=*/*-*9999", ">=*/*-*9999*", "=*/*-*9 9*", "=a/*-x*", "=a/*-1**"})
    EXPECT_FALSE(Atom::parse_user(text, true)) << text;
}

// Any atom that can be put together is printed as it was written, and read from that again.
TEST(Atom, RoundTripsRandomAtoms) {
  std::mt19937 random(11);
  auto one_of = [&](std::initializer_list<const char*> list) {
    return std::string(list.begin()[random() % list.size()]);
  };
  for (int i = 0; i < 20000; ++i) {
    std::string text = one_of({"", "", "", "!", "!!"}), version;
    std::string op = one_of({"", "", "<", "<=", "=", "~", ">=", ">"});
    text += op + one_of({"a/b", "dev-lang/php", "x11-libs/gtk+", "sys-libs/_x-y1", "virtual/libc++"});
    if (!op.empty()) {
      text += "-" + one_of({"1", "0.0.1", "10.2b", "3_rc4", "1.01_alpha_p2", "20240101"});
      if (op != "~") text += one_of({"", "", "-r0", "-r12"});
      if (op == "=") text += one_of({"", "*"});
    }
    text += one_of({"", "", ":0", ":2.1/3", ":=", ":*", ":5=", ":5/5.1="});
    bool user = random() % 4 == 0;
    if (user) text += one_of({"", "::gentoo"});
    text += one_of({"", "", "[a]", "[-a,b?]", "[!c?,d=,!e=]", "[f(+),-g(-)]", "[a_b(+)?]"});
    auto parse = [&](std::string_view input) {
      return user ? Atom::parse_user(input) : Atom::parse(input, newest_eapi());
    };
    auto atom = parse(text);
    ASSERT_TRUE(atom) << text << ": " << atom.error().message();
    EXPECT_EQ(atom->text(), text);
    EXPECT_EQ(*parse(atom->text()), *atom) << text;
  }
}

}  // namespace
}  // namespace cooper::ebuild

// Bash's grammar: what is understood, and what is left to bash.
#include "shell/parser.h"

#include <gtest/gtest.h>

namespace cooper::shell {
namespace {

bool understood(std::string text) { return parse("test", std::move(text)).has_value(); }

TEST(Parser, UnderstandsWhatEclassesHave) {
  for (const char* text : {
           "",
           "# only a comment",
           "a; b\nc & d",
           "a && b || ! c | d",
           "x=1 y+=2 z=(a 'b c' [3]=d $(e)\n# comment\nf) command",
           "if a; then b; elif c; then d; else e; fi >/dev/null 2>&1",
           "for x in a b; do c; done; for x; do y; done; for ((i=0; i<3; i++)); do :; done",
           "while a; do b; done; until a\ndo\nb\ndone <<< text",
           "case $x in a|b) c ;; (d) e ;& [f-h]*) ;;& *) i; esac",
           "f() { a; }; function g { b; }; function h() ( c ); g-h.i+j() { d; }",
           "[[ -z $a && ( $b == *x* || ! $c =~ ^(a|b)+$ ) ]]",
           "(( a < b )) && { c; }",
           "cat <<-EOF >out; b\n\tit's $x\n\tEOF\nc",
           "x=$(cat <<'END'\n)\"\nEND\n)",
           "echo \"${a:-\"b c\"}\" ${a#'}'} ${a//\\//_} ${a[@]/#/x} ${!a[@]} ${#a[@]} ${a:1:2} ${!a@}",
           "echo $'a\\tb' `c \\`d\\`` $((1 + (2))) \"$(echo \")\")\"",
           "mapfile -t x < <(a | b)",
           "[[ ${x} == @(a|+(b|c))* ]]",
           "a[1]=x; b[$((i+1))]+=y; c[d e]=f",
       })
    EXPECT_TRUE(understood(text)) << text;
}

TEST(Parser, LeavesWhatBashWouldRefuse) {
  for (const char* text :
       {"if",         "if a; then fi", "f() { }", "a )",    "'",    "\"$(",  "${",  "case x in a) b",         "{ a",
        "(a",         "[[ a",          "[[ ]]",   "a ;; b", "fi",   "a && ", "| a", "for 1 in a; do b; done", "x=(",
        "cat <<E\nx", "do a; done",    "f() a",   "; a",    "$((1)"})
    EXPECT_FALSE(understood(text)) << text;
}

TEST(Parser, LeavesWhatItIsNotSureOf) {
  for (const char* text : {"case x in @(a|b)) c ;; esac", "echo @(a)", "exec {fd}<x", "time a", "coproc a",
                           "select x in a; do b; done", "echo $'\\u00e9'", "echo ${x^[a]}"})
    EXPECT_FALSE(understood(text)) << text;
  EXPECT_FALSE(understood(std::string("a\0b", 3)));
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "$(";
  EXPECT_FALSE(understood(deep + std::string(1000, ')')));
}

TEST(Parser, TellsWhere) {
  auto script = parse("some.eclass", "a\nb\nc )\n");
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().where, "some.eclass:3");
}

}  // namespace
}  // namespace cooper::shell

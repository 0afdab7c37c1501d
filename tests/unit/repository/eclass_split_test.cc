// Eclasses taken apart into functions and the code around them. That bash agrees is tested with the real one, in
// tests/integration/metadata.test.
#include "repository/eclass_split.h"

#include <gtest/gtest.h>

namespace cooper::repository {
namespace {

constexpr const char* eclass = R"(# A comment
case ${EAPI} in 8) ;; *) die ;; esac

if [[ -z ${_GUARD} ]]; then
	_GUARD=1
	inner() {
		# another
		echo "}"
	}

	# between functions
	short() { :; }
	IUSE="x"
fi

function outer {
	:
}
page()   {
	cat <<-EOF
		# no comment
	EOF
}
)";

TEST(EclassSplit, TellsFunctionsFromTheCodeAroundThem) {
  SplitEclass split = split_eclass(eclass, Comments::drop);
  ASSERT_EQ(split.size(), 4u);
  EXPECT_EQ(split[0].text, "case ${EAPI} in 8) ;; *) die ;; esac\n\nif [[ -z ${_GUARD} ]]; then\n\t_GUARD=1\n");
  ASSERT_EQ(split[1].functions.size(), 2u);
  EXPECT_EQ(split[1].functions[0].name, "inner");
  EXPECT_EQ(split[1].functions[0].text, "\tinner() {\n\t\techo \"}\"\n\t}\n");
  EXPECT_EQ(split[1].functions[1].text, "\tshort() { :; }\n");
  EXPECT_TRUE(split[1].functions[1].one_line);
  EXPECT_EQ(split[2].text, "\tIUSE=\"x\"\nfi\n\nfunction outer {\n\t:\n}\n");
  ASSERT_EQ(split[3].functions.size(), 1u);
  EXPECT_NE(split[3].functions[0].text.find("# no comment"), std::string::npos) << "it may be in a here-document";
  EXPECT_EQ(eclass_frame(split, "RUN"), split[0].text + "source RUN.1\n" + split[2].text + "source RUN.3\n");
}

TEST(EclassSplit, KeepsCommentsWhereAskedTo) {
  SplitEclass split = split_eclass("A=\"\n# no comment\n\"\nf() {\n\t# c\n}\n", Comments::keep);
  ASSERT_EQ(split.size(), 2u);
  EXPECT_EQ(split[0].text, "A=\"\n# no comment\n\"\n");
  EXPECT_EQ(split[1].functions[0].text, "f() {\n\t# c\n}\n");
}

TEST(EclassSplit, LeavesOutWhatIsNotCalled) {
  SplitEclass split = split_eclass("a() {\n\tlong\n}\nb() {\n\tlong too\n}\nc() { short; }\n", Comments::drop);
  ASSERT_EQ(split.size(), 1u);
  EXPECT_EQ(lazy_functions(split[0], {"b"}), "a() { __cooper_lazy \"$@\"; }\nb() {\n\tlong too\n}\nc() { short; }\n");
}

// What `declare -f __cooper_text` prints for a program of these lines.
std::string printed(std::string_view lines) { return "__cooper_text () \n{ \n" + std::string(lines) + "}"; }

TEST(EclassSplit, ProvesThatNothingWasLost) {
  SplitEclass split = split_eclass("x=1\nf() {\n\ta\n\tb\n}\ny=2\n", Comments::drop);
  std::string frame = printed("    x=1;\n    source R.1;\n    y=2\n");
  std::string whole = printed("    x=1;\n    function f () \n    { \n        a;\n        b\n    };\n    y=2\n");
  std::vector<std::string> functions = {printed("    function f () \n    { \n        a;\n        b\n    }\n")};
  EXPECT_TRUE(same_program(split, "R", whole, frame, functions));
  EXPECT_FALSE(same_program(split, "R", whole, printed("    x=1;\n    source R.1\n"), functions));
  EXPECT_FALSE(same_program(split, "R", whole, printed("    x=1 && source R.1;\n    y=2\n"), functions));
  EXPECT_FALSE(same_program(split, "R", whole, frame, {}));
  std::vector<std::string> shorter = {printed("    function f () \n    { \n        a\n    }\n")};
  EXPECT_FALSE(same_program(split, "R", whole, frame, shorter));
}

TEST(EclassSplit, KnowsWhatMindsWhereFunctionsAre) {
  for (const char* code :
       {"echo ${BASH_SOURCE[0]}", "x=$(declare -f foo)", "eval \"$(typeset -f a | b)\"", "$(type foo)",
        "trap 'x' DEBUG", "caller 0", "all=$(set)", "  type foo && echo", "echo $LINENO"})
    EXPECT_TRUE(minds_where_functions_are(code)) << code;
  for (const char* code :
       {"# declare -f foo", "declare -f foo >/dev/null && foo", "type -P cat", "die 'no such type of thing'",
        "declare -A map", "DESCRIPTION=\"caller-id\"", "declare -F foo", "[[ $(type -t f) == function ]]"})
    EXPECT_FALSE(minds_where_functions_are(code)) << code;
}

TEST(EclassSplit, FindsNamesAsWords) {
  EXPECT_TRUE(mentions("if foo; then", "foo"));
  EXPECT_TRUE(mentions("$(foo)", "foo"));
  EXPECT_FALSE(mentions("foo_bar my-foo", "foo"));
}

}  // namespace
}  // namespace cooper::repository

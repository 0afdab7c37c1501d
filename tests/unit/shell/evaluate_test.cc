// What scripts evaluate to, as the bash manual has it; that a real bash agrees is tested in
// tests/integration/metadata.test.
#include "shell/evaluate.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "util/file.h"

namespace cooper::shell {
namespace {

namespace fs = std::filesystem;

class Evaluate : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("cooper-shell-" + std::to_string(::getpid()));
    ASSERT_TRUE(util::write_file(folder_ / "start",
                                 "run() { local i; source \"$1\"; printf '%s' \"${r-}\" >&3; }\n"
                                 "eval 'of_the_start() { r+=${1}start; }'\n"));
    ASSERT_TRUE(util::write_file(folder_ / "other", "r+=other\n"));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::expected<std::string, Unsupported> evaluate(const std::string& script) {
    auto shell = Shell::start({folder_ / "start", {{"PATH", "/nonexistent"}}, 5, 2});
    if (!shell) return std::unexpected(shell.error());
    return (*shell)->call({"run", {"/script"}, "/script", script, {folder_}});
  }
  // The value of r in the end.
  std::string r(const std::string& script) {
    auto value = evaluate(script);
    return value ? *value : "gave up: " + value.error().reason;
  }
  bool gives_up(const std::string& script) { return !evaluate(script); }

  fs::path folder_;
};

TEST_F(Evaluate, Words) {
  EXPECT_EQ(r("r='a $b'\"c\"\\ d$'\\te'"), "a $bc d\te");
  EXPECT_EQ(r("x='a b  c'; set -- $x \"$x\" '' $nothing; r=$#"), "5");
  EXPECT_EQ(r("set -- {a,b}{1..3} {01..03} x{} '{c,d}'; r=\"$*\""), "a1 a2 a3 b1 b2 b3 01 02 03 x{} {c,d}");
  EXPECT_EQ(r("IFS=:; x='a::b:'; set -- $x; r=$#-$2"), "3-");
  EXPECT_EQ(r("IFS=' :'; x=' a : b : : c '; set -- $x; r=$#"), "4");
  EXPECT_EQ(r("set -- 'a b' c; r=; for i in \"x$@y\"; do r+=\"<$i>\"; done"), "<xa b><cy>");
  EXPECT_EQ(r("set --; r=; for i in \"$@\" \"\"; do r+=\"<$i>\"; done"), "<>");
}

TEST_F(Evaluate, Parameters) {
  EXPECT_EQ(r("r=${x-a}${x:-b}${x+c}; x=; r+=${x-d}${x:-e}${x+f}${x:+g}"), "abef");
  EXPECT_EQ(r("r=${x:=new}$x"), "newnew");
  EXPECT_EQ(r("x=a.b.c; r=${x#*.}:${x##*.}:${x%.*}:${x%%.*}"), "b.c:c:a.b:a");
  EXPECT_EQ(r("x=abcabc; r=${x/b/X}:${x//b/X}:${x/#a/X}:${x/%c/X}:${x//c}"), "aXcabc:aXcaXc:Xbcabc:abcabX:abab");
  EXPECT_EQ(r("x=abcdef; r=${x:2}:${x:1:2}:${x: -2}:${x:1:-1}:${#x}"), "cdef:bc:ef:bcde:6");
  EXPECT_EQ(r("x=Ab; r=${x^^}${x,,}${x^}${x,}"), "ABabAbab");
  EXPECT_EQ(r("x=y y=z; r=${!x}"), "z");
  EXPECT_EQ(r("pre_b=1 pre_a=2; r=\"${!pre_@}\""), "pre_a pre_b");
  EXPECT_EQ(r("set -- a b c d; r=$#${!#}${2}\"${@:2:2}\"; shift 2; r+=$1"), "4dbb cc");
  EXPECT_EQ(r(": \"${x:=\"a b\"}\"; r=$x"), "a b");
}

TEST_F(Evaluate, Arrays) {
  EXPECT_EQ(r("a=(x 'y z' w); r=${#a[@]}:${a[1]}:${a[-1]}:${!a[@]}:\"${a[*]:1}\""), "3:y z:w:0 1 2:y z w");
  EXPECT_EQ(r("a=([2]=x y); a+=(z); unset 'a[3]'; r=\"${!a[*]}\""), "2 4");
  EXPECT_EQ(r("a=x; a+=(y); r=$a${#a[@]}"), "x2");
  EXPECT_EQ(r("a=(a b); r=\"${a[@]/#/x}|${a[@]%b}\""), "xa xb|a ");
  EXPECT_EQ(r("declare -A m=([k]=v [l]=w); m[k]+=x; r=${m[k]}${#m[@]}"), "vx2");
  EXPECT_EQ(r("a=(); set -- \"${a[@]}\"; r=$#${a[@]-none}"), "0none");
  EXPECT_EQ(r("a=(1); declare -r b=x; r=${a@a}${b@a}; declare -p a >/dev/null && r+=$(declare -p a)"),
            "ardeclare -a a=([0]=\"1\")");
}

TEST_F(Evaluate, Conditions) {
  EXPECT_EQ(r("x=abc; [[ $x == a* && $x != 'a*' && ! $x == b ]] && r=yes"), "yes");
  EXPECT_EQ(r("[[ foo-12 =~ ^([a-z]+)-([0-9]+)$ ]] && r=${BASH_REMATCH[2]}${BASH_REMATCH[1]}"), "12foo");
  EXPECT_EQ(r("x=5; [[ x -gt 4 && 010 -eq 8 ]] && r=yes"), "yes");
  EXPECT_EQ(r("[[ -v r ]] || r=unset; [ 2 -lt 10 ] && [ ! a = b ] && r+=y; test '' || r+=z"), "unsetyz");
  EXPECT_EQ(r("case x in y) r=1;; x) r=2;& z) r+=3;; *) r+=4;; esac"), "23");
  EXPECT_EQ(r("case ab in a) ;; 'a'*) r=1;;& ?b) r+=2;; esac"), "12");
}

TEST_F(Evaluate, Loops) {
  EXPECT_EQ(r("for x in 1 2 3; do for y in a b; do [[ $x$y == 2a ]] && continue 2; r+=$x$y; done; done"), "1a1b3a3b");
  EXPECT_EQ(r("for ((i=0; ; i++)); do ((i<3)) || break; r+=$i; done"), "012");
  EXPECT_EQ(r("while read -r a b; do r+=$b$a; done <<< $'1 2\\n3 4'"), "2143");
  EXPECT_EQ(r("until [[ ${#r} == 3 ]]; do r+=x; done"), "xxx");
}

TEST_F(Evaluate, FunctionsHaveDynamicScope) {
  EXPECT_EQ(r("f() { local x=1; g; r+=$x; }; g() { r+=$x; x=2; }; x=0; f; r+=$x"), "120");
  EXPECT_EQ(r("f() { local x=1; unset x; r+=${x-u}; }; g() { unset x; r+=${x-U}; }; h() { local x=2; g; }; x=0; f; h"),
            "u0");
  EXPECT_EQ(r("f() { declare x=1; declare -g y=2; z=3; }; f; r=${x-u}$y$z"), "u23");
  EXPECT_EQ(r("f() { r=$1$#${FUNCNAME[0]}; return 3; }; f a b || r+=$?"), "a2f3");
  EXPECT_EQ(r("x=1; f() { r+=$x; x=3; }; x=2 f; r+=$x"), "21");
  EXPECT_EQ(r("f() { [[ $1 ]] || return 0; r+=$1; shift; f \"$@\"; }; f a b c"), "abc");
  EXPECT_EQ(r("f() { :; }; unset -f f; declare -F f || r=gone"), "gone");
}

TEST_F(Evaluate, FunctionsOfTheStartAreThere) { EXPECT_EQ(r("of_the_start a"), "astart"); }

TEST_F(Evaluate, SubshellsChangeNothing) {
  EXPECT_EQ(r("x=1; f() { x=2; g() { :; }; echo $x; return 4; }; r=$(f); r+=$?$x; declare -F g || r+=n"), "241n");
  EXPECT_EQ(r("set -- a b; (shift; x=1; set -f); r=$1${x-u}"), "au");
  EXPECT_EQ(r("f() { local y=1; (y=2; unset y); r=$y; }; f"), "1");
  EXPECT_EQ(r("r=$(printf 'a\\n\\n')b`echo c`"), "abc");
  EXPECT_EQ(r("(exit 3) || r=$?"), "3");
}

TEST_F(Evaluate, Commands) {
  EXPECT_EQ(r("printf -v r '%s-%03d|%-3s|%2s' a 7 b c"), "a-007|b  | c");
  EXPECT_EQ(r("r=$(printf '%s,' 1 2 3)$(echo -n x)$(echo -e 'p\\tq')"), "1,2,3,xp\tq");
  EXPECT_EQ(r("IFS=. read -r -a v <<< 1.2.3; r=${#v[@]}${v[2]}"), "33");
  EXPECT_EQ(r("read -r a b <<< ' one two  three '; r=\"$a|$b\""), "one|two  three");
  EXPECT_EQ(r("mapfile -t a <<EOF\nx\ny z\nEOF\nr=${a[1]}"), "y z");
  EXPECT_EQ(r("eval 'r=1; f() { r+=2; }'; f; let r+=1 'r*=2'"), "26");
  EXPECT_EQ(r("shopt -s extglob; x=aab; r=${x##+(a)}; shopt -u extglob; r+=${x##+(a)}"), "baab");
  EXPECT_EQ(r("r=1; source " + (folder_ / "other").string()), "1other");
  EXPECT_EQ(r("local_() { local -i n=2+3; local -r c=k; r=$n$c; }; local_; : x; r+=$_"), "5kx");
}

TEST_F(Evaluate, GivesUpWhereBashWouldSpeakOrFail) {
  for (const char* script : {"echo x",
                             "missing",
                             "die",
                             "readonly x; x=1",
                             "r=${x?}",
                             "((1/0))",
                             "break",
                             "x=([-1]=y)",
                             "f() { f; }; f",
                             "while :; do :; done",
                             "x=x; while :; do x+=$x$x; done",
                             "source /etc/passwd",
                             "set -e",
                             "exit 0",
                             "[[ -e / ]]",
                             "r=$(echo *)",
                             "x='*'; echo $x >/dev/null",
                             "echo > /tmp/x",
                             "r=$(</etc/passwd)",
                             "r=~",
                             "a | b",
                             "a &",
                             "r=$RANDOM",
                             "r=$$",
                             "r=$BASH_SOURCE",
                             "trap : EXIT",
                             "cd /",
                             "declare -n x=y",
                             "LC_ALL=de_DE.UTF-8",
                             "x=\xc3\xa9; r=${#x}",
                             "printf %q x",
                             "((r = BASH_VERSINFO[2]))",
                             "r=${!BASH_VERSINFO[@]}",
                             "r=${BASH_VERSINFO[2]}"})
    EXPECT_TRUE(gives_up(script)) << script;
}

TEST_F(Evaluate, TellsWhere) {
  auto value = evaluate("f() {\n  :\n  missing\n}\nf\n");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().reason, "command missing");
  EXPECT_EQ(value.error().where, "/script:3");
}

}  // namespace
}  // namespace cooper::shell

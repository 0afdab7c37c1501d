// Shell arithmetic, as the bash manual describes it.
#include "shell/arithmetic.h"

#include <map>

#include <gtest/gtest.h>

#include "shell/unsupported.h"

namespace cooper::shell {
namespace {

class Values : public ArithmeticVariables {
 public:
  std::map<std::string, std::string, std::less<>> values;
  std::string get(std::string_view name, std::string_view subscript) override { return values[key(name, subscript)]; }
  void set(std::string_view name, std::string_view subscript, int64_t value) override {
    values[key(name, subscript)] = std::to_string(value);
  }

 private:
  static std::string key(std::string_view name, std::string_view subscript) {
    return subscript.empty() ? std::string(name) : std::string(name) + "[" + std::string(subscript) + "]";
  }
};

TEST(Arithmetic, OperatorsBindAsInC) {
  Values none;
  auto value = [&](std::string_view text) { return evaluate_arithmetic(text, none); };
  EXPECT_EQ(value(""), 0);
  EXPECT_EQ(value("1 + 2 * 3"), 7);
  EXPECT_EQ(value("(1+2)*3"), 9);
  EXPECT_EQ(value("7/2"), 3);
  EXPECT_EQ(value("-7/2"), -3);
  EXPECT_EQ(value("-7%3"), -1);
  EXPECT_EQ(value("2**3**2"), 512);
  EXPECT_EQ(value("1<<4|1"), 17);
  EXPECT_EQ(value("6&3^1"), 3);
  EXPECT_EQ(value("1<2 && 3>=3"), 1);
  EXPECT_EQ(value("!5 || 0"), 0);
  EXPECT_EQ(value("~0"), -1);
  EXPECT_EQ(value("10-4-3"), 3);
  EXPECT_EQ(value("1 ? 2 : 3"), 2);
  EXPECT_EQ(value("0 ? 2 : 0 ? 3 : 4"), 4);
  EXPECT_EQ(value("1, 2"), 2);
}

TEST(Arithmetic, Numbers) {
  Values none;
  auto value = [&](std::string_view text) { return evaluate_arithmetic(text, none); };
  EXPECT_EQ(value("0x1F"), 31);
  EXPECT_EQ(value("010"), 8);
  EXPECT_EQ(value("10#010"), 10);
  EXPECT_EQ(value("2#101"), 5);
  EXPECT_EQ(value("36#Z"), 35);
  EXPECT_EQ(value("9223372036854775807 + 1"), INT64_MIN) << "it wraps around";
  EXPECT_EQ(value("-9223372036854775807 - 1"), INT64_MIN);
}

TEST(Arithmetic, Variables) {
  Values values;
  values.values = {{"x", "5"}, {"y", "x+1"}, {"a[1]", "7"}, {"empty", ""}};
  auto value = [&](std::string_view text) { return evaluate_arithmetic(text, values); };
  EXPECT_EQ(value("x*2"), 10);
  EXPECT_EQ(value("y"), 6) << "a value is an expression";
  EXPECT_EQ(value("a[1] + nothing + empty"), 7);
  EXPECT_EQ(value("x++ + x"), 11);
  EXPECT_EQ(value("--x"), 5);
  EXPECT_EQ(value("z = x += 2"), 7);
  EXPECT_EQ(values.values["z"], "7");
  EXPECT_EQ(value("0 && (x = 100)"), 0);
  EXPECT_EQ(value("1 || x++"), 1);
  EXPECT_EQ(values.values["x"], "7") << "what is not evaluated has no effect";
  EXPECT_EQ(value("0 && 1/0"), 0);
}

TEST(Arithmetic, GivesUpWhereBashWouldFail) {
  Values values;
  values.values = {{"loop", "loop"}};
  for (const char* text : {"1/0", "1 +", "08", "2#3", "(1", "1 2", "a b", "2**-1", "loop", "1++", "5=3", "#1", "'a'",
                           "99999999999999999999", "a[", "1 ? 2"})
    EXPECT_THROW((void)evaluate_arithmetic(text, values), Unsupported) << text;
  EXPECT_THROW((void)evaluate_arithmetic(std::string(5000, '('), values), Unsupported);
}

}  // namespace
}  // namespace cooper::shell

#include "shell/arithmetic.h"

#include <array>
#include <limits>
#include <optional>

#include "shell/characters.h"
#include "shell/unsupported.h"

namespace cooper::shell {

namespace {

constexpr int arithmetic_depth_limit = 30;

// Signed numbers wrap around in bash.
int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t bits(int64_t value) { return static_cast<uint64_t>(value); }

int64_t power(int64_t base, int64_t exponent) {
  if (exponent < 0) give_up("negative exponent");
  uint64_t out = 1, factor = bits(base);
  for (auto left = bits(exponent); left; left >>= 1, factor *= factor)
    if (left & 1) out *= factor;
  return wrap(out);
}

struct BinaryOperator {
  std::string_view sign;
  int level;  // higher binds tighter
};
// Longer signs before those that they begin with.
constexpr std::array<BinaryOperator, 19> binary_operators = {{{"**", 12},
                                                              {"<<", 9},
                                                              {">>", 9},
                                                              {"<=", 8},
                                                              {">=", 8},
                                                              {"==", 7},
                                                              {"!=", 7},
                                                              {"&&", 3},
                                                              {"||", 2},
                                                              {"*", 11},
                                                              {"/", 11},
                                                              {"%", 11},
                                                              {"+", 10},
                                                              {"-", 10},
                                                              {"<", 8},
                                                              {">", 8},
                                                              {"&", 6},
                                                              {"^", 5},
                                                              {"|", 4}}};

int64_t apply(std::string_view sign, int64_t a, int64_t b) {
  if (sign == "**") return power(a, b);
  if (sign == "<<" || sign == ">>") {
    if (b < 0 || b > 63) give_up("shift in arithmetic");
    return sign == "<<" ? wrap(bits(a) << b) : a >> b;
  }
  if (sign == "<=") return a <= b;
  if (sign == ">=") return a >= b;
  if (sign == "==") return a == b;
  if (sign == "!=") return a != b;
  if (sign == "&&") return a && b;
  if (sign == "||") return a || b;
  if (sign == "*") return wrap(bits(a) * bits(b));
  if (sign == "/" || sign == "%") {
    if (b == 0) give_up("division by 0");
    if (b == -1) return sign == "/" ? wrap(0 - bits(a)) : 0;
    return sign == "/" ? a / b : a % b;
  }
  if (sign == "+") return wrap(bits(a) + bits(b));
  if (sign == "-") return wrap(bits(a) - bits(b));
  if (sign == "<") return a < b;
  if (sign == ">") return a > b;
  if (sign == "&") return a & b;
  if (sign == "^") return a ^ b;
  return a | b;
}

class Expression {
 public:
  Expression(std::string_view text, ArithmeticVariables& variables, int depth)
      : text_(text), variables_(variables), depth_(depth) {
    if (depth > arithmetic_depth_limit) give_up("arithmetic nested too deeply");
  }

  int64_t evaluate() {
    skip_blanks();
    if (at_ == text_.size()) return 0;
    int64_t value = comma();
    if (at_ != text_.size()) give_up("arithmetic");
    return value;
  }

 private:
  struct Operand {
    int64_t value = 0;
    std::string_view name, subscript;  // of a variable that may be assigned to
  };

  int64_t comma() {
    int64_t value = assignment();
    while (take(",")) value = assignment();
    return value;
  }

  int64_t assignment() {
    if (++nested_ > arithmetic_depth_limit) give_up("arithmetic nested too deeply");
    size_t begin = at_;
    Operand target;
    if (is_name_start(peek()) && variable(target)) {
      std::optional<std::string_view> sign = assignment_sign();
      if (sign) {
        int64_t value = assignment();
        if (!sign->empty()) value = skipping_ ? 0 : apply(*sign, read(target), value);
        write(target, value);
        --nested_;
        return value;
      }
    }
    at_ = begin;
    int64_t value = conditional();
    --nested_;
    return value;
  }

  // The operator of `+=` and the like, "" for `=`.
  std::optional<std::string_view> assignment_sign() {
    for (std::string_view sign : {"*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="})
      if (take(sign)) return sign.substr(0, sign.size() - 1);
    if (peek() == '=' && peek(1) != '=') {
      take("=");
      return "";
    }
    return std::nullopt;
  }

  int64_t conditional() {
    int64_t condition = binary(2);
    if (!take("?")) return condition;
    int64_t yes = guarded(condition != 0, [&] { return comma(); });
    if (!take(":")) give_up("arithmetic");
    int64_t no = guarded(condition == 0, [&] { return assignment(); });
    return condition ? yes : no;
  }

  // Without effects where `wanted` is false.
  template <typename F>
  int64_t guarded(bool wanted, F&& f) {
    skipping_ += !wanted;
    int64_t value = f();
    skipping_ -= !wanted;
    return value;
  }

  const BinaryOperator* binary_operator() const {
    for (const BinaryOperator& candidate : binary_operators) {
      if (!text_.substr(at_).starts_with(candidate.sign)) continue;
      char next = peek(candidate.sign.size());
      // `a += b` where a is no variable; `<<=` and the like.
      bool assigns = next == '=' && candidate.level != 8 && candidate.level != 7 && candidate.level > 3;
      if (assigns) give_up("arithmetic");
      return &candidate;
    }
    return nullptr;
  }

  int64_t binary(int level) {
    int64_t left = unary();
    for (;;) {
      const BinaryOperator* found = binary_operator();
      if (!found || found->level < level) return left;
      take(found->sign);
      bool wanted = !(found->sign == "&&" && !left) && !(found->sign == "||" && left);
      int next_level = found->sign == "**" ? found->level : found->level + 1;  // ** groups to the right
      int64_t right = guarded(wanted, [&] { return binary(next_level); });
      bool divides =
          found->sign == "/" || found->sign == "%" || found->sign == "**" || found->sign == "<<" || found->sign == ">>";
      left = skipping_ && divides ? 0 : apply(found->sign, left, right);
    }
  }

  int64_t unary() {
    if (++nested_ > arithmetic_depth_limit) give_up("arithmetic nested too deeply");
    int64_t value = unary_value();
    --nested_;
    return value;
  }

  int64_t unary_value() {
    for (std::string_view sign : {"++", "--"}) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      take(sign);
      Operand target;
      if (!is_name_start(peek()) || !variable(target)) give_up("arithmetic");
      int64_t value = wrap(bits(read(target)) + (sign == "++" ? 1 : -1));
      write(target, value);
      return value;
    }
    if (take("!")) return !unary();
    if (take("~")) return ~unary();
    if (take("-")) return wrap(0 - bits(unary()));
    if (take("+")) return unary();
    return primary();
  }

  int64_t primary() {
    if (take("(")) {
      int64_t value = comma();
      if (!take(")")) give_up("arithmetic");
      return value;
    }
    if (is_digit(peek())) return number();
    Operand target;
    if (!is_name_start(peek()) || !variable(target)) give_up("arithmetic");
    int64_t value = read(target);
    for (std::string_view sign : {"++", "--"})
      if (take(sign)) {
        write(target, wrap(bits(value) + (sign == "++" ? 1 : -1)));
        break;
      }
    return value;
  }

  int64_t number() {
    size_t end = at_;
    while (end < text_.size() && (is_name_character(text_[end]) || text_[end] == '#')) ++end;
    std::string_view digits = text_.substr(at_, end - at_);
    at_ = end;
    skip_blanks();
    unsigned base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X"))
      base = 16, digits.remove_prefix(2);
    else if (size_t hash = digits.find('#'); hash != std::string_view::npos)
      base = number_base(digits.substr(0, hash)), digits.remove_prefix(hash + 1);
    else if (digits.size() > 1 && digits.front() == '0')
      base = 8;
    if (digits.empty()) give_up("number in arithmetic");
    uint64_t value = 0;
    for (char c : digits) {
      unsigned digit = is_digit(c)                                  ? static_cast<unsigned>(c - '0')
                       : base <= 36 && is_name_start(c) && c != '_' ? static_cast<unsigned>((c | 0x20) - 'a') + 10
                                                                    : 99;
      if (digit >= base) give_up("number in arithmetic");
      if (value > (bits(std::numeric_limits<int64_t>::max()) - digit) / base) give_up("number in arithmetic");
      value = value * base + digit;
    }
    return wrap(value);
  }

  static unsigned number_base(std::string_view text) {
    unsigned base = 0;
    for (char c : text) base = is_digit(c) && base < 100 ? base * 10 + static_cast<unsigned>(c - '0') : 1000;
    if (base < 2 || base > 36) give_up("base of a number");
    return base;
  }

  bool variable(Operand& out) {
    size_t end = at_;
    while (end < text_.size() && is_name_character(text_[end])) ++end;
    out.name = text_.substr(at_, end - at_);
    at_ = end;
    if (peek() == '[') {
      int depth = 0;
      do {
        if (end == text_.size()) give_up("subscript in arithmetic");
        depth += text_[end] == '[' ? 1 : text_[end] == ']' ? -1 : 0;
        ++end;
      } while (depth > 0);
      out.subscript = text_.substr(at_ + 1, end - at_ - 2);
      if (out.subscript.empty()) give_up("subscript in arithmetic");
      at_ = end;
    }
    skip_blanks();
    return true;
  }

  int64_t read(const Operand& operand) {
    if (skipping_) return 0;
    std::string text = variables_.get(operand.name, operand.subscript);
    return text.empty() ? 0 : evaluate_arithmetic(text, variables_, depth_ + 1);
  }

  void write(const Operand& operand, int64_t value) {
    if (!skipping_) variables_.set(operand.name, operand.subscript, value);
  }

  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(std::string_view sign) {
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    skip_blanks();
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }

  std::string_view text_;
  ArithmeticVariables& variables_;
  int depth_, nested_ = 0, skipping_ = 0;
  size_t at_ = 0;
};

}  // namespace

int64_t evaluate_arithmetic(std::string_view expression, ArithmeticVariables& variables, int depth) {
  return Expression(expression, variables, depth).evaluate();
}

}  // namespace cooper::shell

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "shell/parser_class.h"

namespace cooper::shell {

namespace {

constexpr std::string_view unary_letters = "abcdefghknoprstuvwxzGLNORS";
constexpr std::array<std::string_view, 12> binary_words = {"==",  "=",   "!=",  "=~",  "-eq", "-ne",
                                                           "-lt", "-le", "-gt", "-ge", "-ef", "-nt"};

}  // namespace

Condition Parser::condition_either() {
  Level level(*this);
  Condition out = condition_both();
  for (skip_newlines(); take("||"); skip_newlines()) {
    Condition both{Condition::Kind::either};
    both.first = std::make_shared<const Condition>(std::move(out));
    both.second = std::make_shared<const Condition>(condition_both());
    out = std::move(both);
  }
  return out;
}

Condition Parser::condition_both() {
  Condition out = condition_term();
  for (skip_newlines(); take("&&"); skip_newlines()) {
    Condition both{Condition::Kind::both};
    both.first = std::make_shared<const Condition>(std::move(out));
    both.second = std::make_shared<const Condition>(condition_term());
    out = std::move(both);
  }
  return out;
}

Condition Parser::condition_term() {
  Level level(*this);
  skip_newlines();
  if (take_token("!")) {
    Condition out{Condition::Kind::negation};
    out.first = std::make_shared<const Condition>(condition_term());
    return out;
  }
  if (take("(")) {
    Condition out = condition_either();
    skip_newlines();
    expect(")");
    return out;
  }
  return condition_primary();
}

Condition Parser::condition_primary() {
  Condition out;
  std::string_view next = token();
  if (next == "]]" || next.empty()) fail("[[ without an operand");
  bool is_unary = next.size() == 2 && next[0] == '-' && unary_letters.find(next[1]) != std::string_view::npos;
  if (is_unary) {
    out.kind = Condition::Kind::unary;
    out.operation = next;
    at_ += next.size();
    skip_blanks();
    if (at_end() || token() == "]]" || token().empty()) fail("[[ without an operand");
    out.left = word();
    return out;
  }
  out.left = word();
  skip_blanks();
  out.operation = condition_operator();
  if (out.operation.empty()) return out;
  out.kind = Condition::Kind::binary;
  skip_blanks();
  if (at_end() || peek() == '\n' || token() == "]]") fail("[[ without an operand");
  bool is_pattern = out.operation == "==" || out.operation == "=" || out.operation == "!=";
  out.right = word(is_pattern ? Mode::pattern : out.operation == "=~" ? Mode::regex : Mode::word);
  if (out.right.parts.empty()) fail("[[ without an operand");
  return out;
}

// "" where there is none: the word stands alone.
std::string Parser::condition_operator() {
  if (peek() == '<' || peek() == '>') return std::string(1, text_[at_++]);
  std::string next(token());
  if (next.empty() || next == "]]") return {};
  if (std::ranges::find(binary_words, next) == binary_words.end() && next != "-ot")
    fail(fmt::format("'{}' in [[", next));
  at_ += next.size();
  return next;
}

}  // namespace cooper::shell

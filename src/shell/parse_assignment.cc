#include "shell/characters.h"
#include "shell/parser_class.h"

namespace cooper::shell {

// NAME=…, NAME+=…, NAME[…]=… or NAME=(…) where one begins here; else nothing is taken.
std::optional<Assignment> Parser::assignment() {
  size_t begin = at_, end = at_;
  while (end < text_.size() && is_name_character(text_[end])) ++end;
  Assignment out;
  out.name = text_.substr(at_, end - at_);
  if (!is_name(out.name)) return std::nullopt;
  at_ = end;
  if (peek() == '[') {
    ++at_;
    size_t close = text_.find_first_of("]\n", at_);
    // Else it is a pattern such as name[abc].
    if (close == std::string_view::npos || text_[close] == '\n') {
      at_ = begin;
      return std::nullopt;
    }
    Word subscript;
    parts(subscript, Mode::subscript, false);
    if (!take("]")) {
      at_ = begin;
      return std::nullopt;
    }
    out.subscript = std::move(subscript);
  }
  out.append = take("+=");
  if (!out.append && !take("=")) {
    at_ = begin;
    return std::nullopt;
  }
  if (peek() == '(') {
    if (out.subscript) fail("list as an element");
    ++at_;
    out.elements = array_elements();
    if (!at_end() && !is_metacharacter(peek())) fail("text behind a list");
    return out;
  }
  out.value = word();
  return out;
}

std::vector<ArrayElement> Parser::array_elements() {
  Level level(*this);
  std::vector<ArrayElement> out;
  for (skip_newlines(); !take(")"); skip_newlines()) array_element(out);
  return out;
}

void Parser::array_element(std::vector<ArrayElement>& out) {
  if (peek() == '[') {
    size_t begin = at_++;
    Word subscript;
    parts(subscript, Mode::subscript, false);
    if (take("]") && (peek() == '=' || starts_with("+="))) {
      ArrayElement element;
      element.subscript = std::move(subscript);
      element.append = take("+");
      ++at_;
      element.value = word();
      out.push_back(std::move(element));
      return;
    }
    at_ = begin;
  }
  size_t begin = at_;
  Word next = word();
  if (at_ == begin) fail("element of an array");
  for (Word& each : expand_braces(std::move(next))) out.push_back({std::nullopt, false, std::move(each)});
}

}  // namespace cooper::shell

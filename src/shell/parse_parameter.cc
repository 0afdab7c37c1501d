#include <fmt/format.h>

#include "shell/characters.h"
#include "shell/parser_class.h"

namespace cooper::shell {

namespace {

bool has_quotes(std::string_view text) { return text.find_first_of("'\"\\") != std::string_view::npos; }

}  // namespace

std::optional<Parameter> parse_reference(std::string_view text) { return Parser(nullptr, text).whole_reference(); }

std::optional<Parameter> Parser::whole_reference() {
  Parameter out;
  out.name = parameter_name();
  if (out.name.empty()) return std::nullopt;
  parameter_subscript(out);
  if (!at_end()) return std::nullopt;
  return out;
}

// Behind "${".
void Parser::braced_parameter(Word& out, bool quoted) {
  Level level(*this);
  auto parameter = std::make_shared<Parameter>();
  parameter_head(*parameter);
  if (!starts_with("}")) {
    if (parameter->operation != Operation::none) fail("${…}");
    parameter_operation(*parameter, quoted);
  }
  expect("}");
  Part part;
  part.kind = Part::Kind::parameter;
  part.quoted = quoted;
  part.parameter = std::move(parameter);
  out.parts.push_back(std::move(part));
}

// The name with what stands before and behind it: # ! and a subscript.
void Parser::parameter_head(Parameter& out) {
  if (peek() == '#' && (is_name_start(peek(1)) || is_digit(peek(1)) || peek(1) == '@' || peek(1) == '*')) {
    ++at_;
    out.operation = Operation::length;
  } else if (peek() == '!' && (is_name_start(peek(1)) || is_digit(peek(1)) || peek(1) == '#')) {
    ++at_;
    out.indirect = true;
  }
  out.name = parameter_name();
  if (out.name.empty()) fail("bad substitution");
  parameter_subscript(out);
  if (out.indirect && out.elements != Elements::one && starts_with("}")) {
    out.indirect = false;
    out.operation = Operation::keys;
  } else if (out.indirect && (starts_with("@}") || starts_with("*}"))) {
    out.indirect = false;
    out.operation = Operation::names;
    out.elements = peek() == '@' ? Elements::separate : Elements::joined;
    ++at_;
  }
}

std::string Parser::parameter_name() {
  size_t end = at_;
  if (is_name_start(peek())) {
    while (end < text_.size() && is_name_character(text_[end])) ++end;
  } else if (is_digit(peek())) {
    while (end < text_.size() && is_digit(text_[end])) ++end;
  } else if (is_one_of("@*#?-$!", peek())) {
    ++end;
  }
  std::string out(text_.substr(at_, end - at_));
  at_ = end;
  return out;
}

void Parser::parameter_subscript(Parameter& out) {
  if (out.name == "@") out.elements = Elements::separate;
  if (out.name == "*") out.elements = Elements::joined;
  if (!is_name(out.name) || peek() != '[') return;
  if (take("[@]")) {
    out.elements = Elements::separate;
  } else if (take("[*]")) {
    out.elements = Elements::joined;
  } else {
    ++at_;
    out.subscript.emplace();
    parts(*out.subscript, Mode::subscript, false);
    if (out.subscript->parts.empty()) fail("empty subscript");
    expect("]");
  }
}

void Parser::parameter_operation(Parameter& out, bool quoted) {
  char sign = peek();
  bool colon = sign == ':' && is_one_of("-=?+", peek(1));
  if (colon) sign = peek(1);
  constexpr std::string_view defaults = "-=?+";
  constexpr Operation operations[] = {Operation::use_default, Operation::assign_default, Operation::fail,
                                      Operation::use_alternative};
  if (size_t index = defaults.find(sign); index != std::string_view::npos) {
    at_ += colon ? 2 : 1;
    out.colon = colon;
    out.operation = operations[index];
    parts(out.argument, quoted ? Mode::quoted_braces : Mode::braces, quoted);
  } else if (sign == ':') {
    substring(out);
  } else if (sign == '#') {
    pattern_operation(out, Operation::remove_prefix, Operation::remove_longest_prefix, sign);
  } else if (sign == '%') {
    pattern_operation(out, Operation::remove_suffix, Operation::remove_longest_suffix, sign);
  } else if (sign == '/') {
    replacement(out, quoted);
  } else if (sign == '^') {
    case_operation(out, Operation::upper_first, Operation::upper_all, sign);
  } else if (sign == ',') {
    case_operation(out, Operation::lower_first, Operation::lower_all, sign);
  } else if (sign == '@' && peek(2) == '}') {
    out.operation = Operation::transform;
    add_literal(out.argument, text_.substr(at_ + 1, 1), true);
    at_ += 2;
  } else {
    fail(fmt::format("bad substitution of {}", out.name));
  }
}

void Parser::pattern_operation(Parameter& out, Operation shortest, Operation longest, char sign) {
  ++at_;
  out.operation = shortest;
  if (peek() == sign) ++at_, out.operation = longest;
  parts(out.argument, Mode::braces, false);
}

void Parser::case_operation(Parameter& out, Operation first, Operation all, char sign) {
  ++at_;
  out.operation = first;
  if (peek() == sign) ++at_, out.operation = all;
  if (peek() != '}') fail("pattern in a change of case");
}

void Parser::replacement(Parameter& out, bool quoted) {
  ++at_;
  out.operation = Operation::replace_first;
  if (take("/"))
    out.operation = Operation::replace_all;
  else if (take("#"))
    out.operation = Operation::replace_prefix;
  else if (take("%"))
    out.operation = Operation::replace_suffix;
  if (out.operation == Operation::replace_all && peek() == '/') fail("pattern of a replacement");
  parts(out.argument, Mode::braces, false, "/");
  if (!take("/")) return;
  out.second.emplace();
  size_t begin = at_;
  parts(*out.second, Mode::braces, false);
  // What quotes are there depends on what bash is to be compatible with.
  if (quoted && has_quotes(text_.substr(begin, at_ - begin)))
    add_unsupported(*out.second, "quotes in a quoted replacement", true);
}

void Parser::substring(Parameter& out) {
  ++at_;
  if (peek() == '}') fail("bad substitution");
  out.operation = Operation::substring;
  parts(out.argument, Mode::arithmetic, true, ":}");
  if (!take(":")) return;
  out.second.emplace();
  parts(*out.second, Mode::arithmetic, true, "}");
}

}  // namespace cooper::shell

#include <algorithm>

#include <fmt/format.h>

#include "shell/characters.h"
#include "shell/parser_class.h"

namespace cooper::shell {

namespace {

// A tilde that bash may expand: it begins the word, or stands behind = or : as in an assignment.
bool has_tilde(const Word& word) {
  char before = ':';
  for (const Part& part : word.parts) {
    bool plain = part.kind == Part::Kind::literal && !part.quoted;
    for (char c : plain ? std::string_view(part.text) : std::string_view("x")) {
      if (plain && c == '~' && (before == ':' || before == '=')) return true;
      before = c;
    }
  }
  return false;
}

// The character that \NNN, \xHH and the like of $'…' stand for; nothing where it is none of those.
std::optional<char> ansi_character(std::string_view text, size_t& at) {
  constexpr std::string_view letters = "abeEfnrtv\\'\"?", values = "\a\b\x1b\x1b\f\n\r\t\v\\'\"?";
  char c = text[at];
  if (size_t index = letters.find(c); index != std::string_view::npos) {
    ++at;
    return values[index];
  }
  int base = c == 'x' ? 16 : c >= '0' && c <= '7' ? 8 : 0;
  if (base == 0) return std::nullopt;
  if (base == 16) ++at;
  int value = 0, digits = 0;
  for (int most = base == 16 ? 2 : 3; digits < most && at < text.size(); ++digits, ++at) {
    size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(text[at] | 0x20));
    if (digit == std::string_view::npos || static_cast<int>(digit) >= base) break;
    value = value * base + static_cast<int>(digit);
  }
  if (digits == 0 || value == 0 || value > 127) return std::nullopt;
  return static_cast<char>(value);
}

}  // namespace

void add_literal(Word& word, std::string_view text, bool quoted) {
  if (!word.parts.empty() && word.parts.back().kind == Part::Kind::literal && word.parts.back().quoted == quoted) {
    word.parts.back().text.append(text);
    return;
  }
  Part part;
  part.quoted = quoted;
  part.text = text;
  word.parts.push_back(std::move(part));
}

void add_unsupported(Word& word, std::string what, bool quoted) {
  Part part;
  part.kind = Part::Kind::unsupported;
  part.quoted = quoted;
  part.text = std::move(what);
  word.parts.push_back(std::move(part));
}

Word parse_here_document(std::string_view text) { return Parser(nullptr, text).here_document_body(); }

Word Parser::here_document_body() {
  Word out;
  parts(out, Mode::document, true);
  return out;
}

Word Parser::word(Mode mode) {
  Word out;
  parts(out, mode, false);
  if (has_tilde(out)) add_unsupported(out, "tilde", false);
  return out;
}

Word Parser::required_word() {
  size_t begin = at_;
  Word out = word();
  if (at_ == begin) fail("no word where one must be");
  return out;
}

// `depth`: of open parentheses or brackets that belong to the word.
bool Parser::at_word_end(Mode mode, std::string_view stops, int depth) const {
  char c = peek();
  if (depth == 0 && stops.find(c) != std::string_view::npos) return true;
  switch (mode) {
    case Mode::word:
    case Mode::pattern: return is_metacharacter(c);
    case Mode::regex: return depth == 0 && is_one_of(" \t\n;&<>)", c);
    case Mode::quotes: return c == '"';
    case Mode::document: return false;
    case Mode::braces:
    case Mode::quoted_braces: return c == '}';
    case Mode::arithmetic: return depth == 0 && c == ')';
    case Mode::subscript: return depth == 0 && c == ']';
  }
  return true;
}

// Adds parts to the end of what `mode` describes, or to one of `stops`; does not take that.
void Parser::parts(Word& out, Mode mode, bool quoted, std::string_view stops) {
  Level level(*this);
  int depth = 0;
  while (!at_end() && !at_word_end(mode, stops, depth)) {
    char c = peek();
    bool quotes_are_plain = mode == Mode::quotes || mode == Mode::document;
    if (c == '\\') {
      backslash(out, mode, quoted);
    } else if (c == '$') {
      dollar(out, mode, quoted);
    } else if (c == '`') {
      backquotes(out, quoted);
    } else if (c == '"' && !quotes_are_plain) {
      if (mode == Mode::arithmetic) add_unsupported(out, "quotes in arithmetic", true);
      double_quotes(out);
    } else if (c == '\'' && !quotes_are_plain && mode != Mode::quoted_braces) {
      if (mode == Mode::arithmetic) add_unsupported(out, "quotes in arithmetic", true);
      single_quotes(out);
    } else if (c == '\'' && mode == Mode::quoted_braces) {
      plain_quotes(out);
    } else if (mode == Mode::pattern && peek(1) == '(' && is_one_of("?*+@!", c)) {
      extended_pattern(out, mode);
    } else {
      if (mode == Mode::arithmetic || mode == Mode::regex) depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (mode == Mode::subscript) depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (mode == Mode::subscript && c == '\n') fail("newline in a subscript");
      add_literal(out, text_.substr(at_++, 1), quoted);
    }
  }
  if (mode == Mode::word && (starts_with("<(") || starts_with(">("))) process_substitution(out);
}

void Parser::extended_pattern(Word& out, Mode mode) {
  Level level(*this);
  add_literal(out, text_.substr(at_, 2), false);
  at_ += 2;
  for (;;) {
    parts(out, mode, false, ")");
    if (at_end()) fail("pattern without an end");
    add_literal(out, text_.substr(at_, 1), false);
    char c = text_[at_++];
    if (c == ')') return;
    if (c != '|' && c != ' ') fail("pattern");
  }
}

// Single quotes of "${x:-'…'}" stay, but bash looks for pairs of them; what it makes of what they might hide is not
// tried.
void Parser::plain_quotes(Word& out) {
  size_t end = text_.find('\'', at_ + 1);
  if (end == std::string_view::npos) fail("' without an end");
  std::string_view text = text_.substr(at_, end + 1 - at_);
  if (text.find_first_of("\"$`\\{}") != std::string_view::npos) fail("quotes in a quoted ${…}");
  add_literal(out, text, true);
  at_ = end + 1;
}

void Parser::single_quotes(Word& out) {
  size_t end = text_.find('\'', at_ + 1);
  if (end == std::string_view::npos) fail("' without an end");
  add_literal(out, text_.substr(at_ + 1, end - at_ - 1), true);
  at_ = end + 1;
}

void Parser::double_quotes(Word& out) {
  ++at_;
  size_t before = out.parts.size();
  parts(out, Mode::quotes, true);
  if (!take("\"")) fail("\" without an end");
  if (out.parts.size() == before) add_literal(out, "", true);
}

void Parser::ansi_quotes(Word& out) {
  std::string text;
  if (take("$'\\0'")) return add_literal(out, "", true);  // a text ends with its first NUL
  for (at_ += 2; peek() != '\'';) {
    if (at_end()) fail("$' without an end");
    if (peek() != '\\') {
      text += text_[at_++];
      continue;
    }
    if (++at_ >= text_.size()) fail("$' without an end");
    auto c = ansi_character(text_, at_);
    if (!c) fail("escape in $''");
    text += *c;
  }
  ++at_;
  add_literal(out, text, true);
}

void Parser::backslash(Word& out, Mode mode, bool quoted) {
  char next = peek(1);
  if (at_ + 1 >= text_.size()) fail("backslash at the end");
  if (next == '\n') {
    at_ += 2;
    return;
  }
  bool within_quotes =
      mode == Mode::quotes || mode == Mode::document || mode == Mode::quoted_braces || mode == Mode::arithmetic;
  if (within_quotes) {
    std::string_view special = mode == Mode::quotes ? "$`\"\\" : mode == Mode::quoted_braces ? "$`\"\\}" : "$`\\";
    if (special.find(next) == std::string_view::npos) {
      add_literal(out, "\\", quoted);
      ++at_;
      return;
    }
  }
  add_literal(out, text_.substr(at_ + 1, 1), true);
  at_ += 2;
}

void Parser::dollar(Word& out, Mode mode, bool quoted) {
  bool within_quotes = mode == Mode::quotes || mode == Mode::document || mode == Mode::quoted_braces;
  char next = peek(1);
  if (next == '{') {
    at_ += 2;
    return braced_parameter(out, quoted);
  }
  if (next == '(') {
    if (peek(2) == '(') return arithmetic_expansion(out, quoted);
    return command_substitution(out, quoted);
  }
  if (next == '\'' && !within_quotes && mode != Mode::arithmetic) return ansi_quotes(out);
  if (next == '"' && !within_quotes) {
    ++at_;
    return;  // a translation; in the C locale it is the text itself
  }
  if (next == '[') {
    at_ += 2;
    Word expression;
    parts(expression, Mode::subscript, true);
    expect("]");
    return add_unsupported(out, "$[", quoted);
  }
  bool special = is_one_of("@*#?-$!", next);
  if (!is_name_start(next) && !is_digit(next) && !special) {
    add_literal(out, "$", quoted);
    ++at_;
    return;
  }
  auto parameter = std::make_shared<Parameter>();
  size_t end = at_ + 2;
  while (is_name_start(next) && end < text_.size() && is_name_character(text_[end])) ++end;
  parameter->name = text_.substr(at_ + 1, end - at_ - 1);
  if (next == '@') parameter->elements = Elements::separate;
  if (next == '*') parameter->elements = Elements::joined;
  at_ = end;
  Part part;
  part.kind = Part::Kind::parameter;
  part.quoted = quoted;
  part.parameter = std::move(parameter);
  out.parts.push_back(std::move(part));
}

void Parser::backquotes(Word& out, bool quoted) {
  std::string text;
  for (++at_; peek() != '`'; ++at_) {
    if (at_end()) fail("` without an end");
    if (peek() == '\\' && is_one_of("`\\$", peek(1)))
      ++at_;
    else if (peek() == '\\' && quoted)
      fail("backslash in `` in quotes");
    text += peek();
  }
  ++at_;
  auto script = std::make_shared<Script>(Script{"`", std::move(text), {}});
  Parser inner(script.get(), script->text);
  script->commands = inner.whole_script();
  Part part;
  part.kind = Part::Kind::command;
  part.quoted = quoted;
  part.commands = std::shared_ptr<const List>(script, &script->commands);
  out.parts.push_back(std::move(part));
}

void Parser::command_substitution(Word& out, bool quoted) {
  Level level(*this);
  at_ += 2;
  auto outer = std::exchange(pending_, {});
  List commands = list(true);
  skip_newlines();
  if (!pending_.empty()) fail("here-document in $()");
  expect(")");
  pending_ = std::move(outer);
  Part part;
  part.kind = Part::Kind::command;
  part.quoted = quoted;
  part.commands = std::make_shared<const List>(std::move(commands));
  out.parts.push_back(std::move(part));
}

void Parser::arithmetic_expansion(Word& out, bool quoted) {
  at_ += 3;
  Part part;
  part.kind = Part::Kind::arithmetic;
  part.quoted = quoted;
  part.expression = std::make_shared<const Word>(arithmetic_text());
  out.parts.push_back(std::move(part));
}

Word Parser::arithmetic_text() {
  Word out;
  parts(out, Mode::arithmetic, true);
  expect("))");
  return out;
}

void Parser::process_substitution(Word& out) {
  at_ += 2;
  auto outer = std::exchange(pending_, {});
  list(true);
  skip_newlines();
  if (!pending_.empty()) fail("here-document in <()");
  expect(")");
  pending_ = std::move(outer);
  add_unsupported(out, "process substitution", false);
}

}  // namespace cooper::shell

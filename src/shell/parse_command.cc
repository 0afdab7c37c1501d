#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "shell/characters.h"
#include "shell/parser_class.h"

namespace cooper::shell {

namespace {

constexpr int command_depth_limit = 120;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool declares(const Word& command) {
  if (command.parts.size() != 1 || command.parts[0].kind != Part::Kind::literal) return false;
  constexpr std::array<std::string_view, 5> names = {"local", "declare", "typeset", "readonly", "export"};
  return !command.parts[0].quoted && std::ranges::find(names, command.parts[0].text) != names.end();
}

// Words that end a list where a command might begin.
bool ends_list(std::string_view token) {
  constexpr std::array<std::string_view, 8> words = {"}", "fi", "done", "esac", "then", "do", "else", "elif"};
  return std::ranges::find(words, token) != words.end();
}

}  // namespace

std::string place(const Script& script, size_t offset) {
  auto end = script.text.begin() + static_cast<ptrdiff_t>(std::min(offset, script.text.size()));
  return fmt::format("{}:{}", script.name, 1 + std::count(script.text.begin(), end, '\n'));
}

std::expected<std::shared_ptr<const Script>, Unsupported> parse(std::string name, std::string text) {
  auto script = std::make_shared<Script>();
  script->name = std::move(name);
  script->text = std::move(text);
  Parser parser(script.get(), script->text);
  try {
    script->commands = parser.whole_script();
  } catch (Unsupported& unsupported) {
    unsupported.where = place(*script, parser.offset());
    return std::unexpected(std::move(unsupported));
  }
  return script;
}

bool is_name(std::string_view text) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

Parser::Level::Level(Parser& parser) : parser_(parser) {
  if (++parser.depth_ > command_depth_limit) {
    --parser.depth_;
    parser.fail("nested too deeply");
  }
}

void Parser::fail(std::string reason) const { give_up("syntax: " + std::move(reason)); }

bool Parser::take(std::string_view what) {
  if (!starts_with(what)) return false;
  at_ += what.size();
  return true;
}

void Parser::expect(std::string_view what) {
  if (!take(what)) fail(fmt::format("no '{}'", what));
}

std::string_view Parser::token() const {
  size_t end = at_;
  while (end < text_.size() && !is_metacharacter(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

bool Parser::take_token(std::string_view what) {
  if (token() != what) return false;
  at_ += what.size();
  return true;
}

void Parser::expect_token(std::string_view what) {
  skip_newlines();
  if (!take_token(what)) fail(fmt::format("no '{}'", what));
}

void Parser::skip_blanks() {
  for (;;) {
    if (is_blank(peek())) {
      ++at_;
    } else if (peek() == '\\' && peek(1) == '\n') {
      at_ += 2;
    } else {
      break;
    }
  }
  if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
}

void Parser::skip_newlines() {
  for (skip_blanks(); peek() == '\n'; skip_blanks()) newline();
}

void Parser::newline() {
  ++at_;
  auto pending = std::move(pending_);
  pending_.clear();
  for (Pending& next : pending) read_here_document(*next.document, next.delimiter, next.strip_tabs);
}

void Parser::read_here_document(HereDocument& document, const std::string& delimiter, bool strip_tabs) {
  while (!at_end()) {
    // Where the text is expanded, a line that ends with a backslash goes on in the next.
    std::string line;
    for (bool goes_on = true; goes_on && !at_end();) {
      size_t end = std::min(text_.find('\n', at_), text_.size());
      line.append(text_.substr(at_, end - at_));
      at_ = std::min(end + 1, text_.size());
      size_t backslashes = line.size() - (line.find_last_not_of('\\') + 1);
      goes_on = !document.literal && backslashes % 2 == 1;
      if (goes_on) line.pop_back();
    }
    if (strip_tabs) line.erase(0, line.find_first_not_of('\t'));
    if (line == delimiter) return;
    document.text.append(line) += '\n';
  }
  fail("here-document without an end");
}

List Parser::whole_script() {
  if (text_.find('\0') != std::string_view::npos) fail("NUL");
  List out = list(true);
  if (!at_end()) fail(fmt::format("unexpected '{}'", token().empty() ? text_.substr(at_, 1) : token()));
  if (!pending_.empty()) fail("here-document without an end");
  return out;
}

bool Parser::at_list_end() const {
  return at_end() || peek() == ')' || (peek() == ';' && (peek(1) == ';' || peek(1) == '&')) || ends_list(token());
}

List Parser::list(bool may_be_empty) {
  Level level(*this);
  List out;
  for (skip_newlines(); !at_list_end(); skip_newlines()) {
    out.items.push_back(and_or());
    skip_blanks();
    if (peek() == '\n' || at_list_end()) continue;
    if (peek() == '&' && peek(1) != '&') {
      ++at_;
      out.items.back().background = true;
    } else if (!take(";")) {
      fail(fmt::format("unexpected '{}'", text_.substr(at_, 1)));
    }
  }
  if (out.items.empty() && !may_be_empty) fail("no command where one must be");
  return out;
}

std::shared_ptr<const List> Parser::body() { return std::make_shared<const List>(list(false)); }

AndOr Parser::and_or() {
  AndOr out;
  out.first = pipeline();
  for (;;) {
    skip_blanks();
    Connector connector;
    if (take("&&"))
      connector = Connector::both;
    else if (take("||"))
      connector = Connector::either;
    else
      return out;
    skip_newlines();
    out.rest.emplace_back(connector, pipeline());
  }
}

Pipeline Parser::pipeline() {
  Pipeline out;
  while (take_token("!")) {
    out.negated = !out.negated;
    skip_blanks();
  }
  for (;;) {
    out.commands.push_back(command());
    skip_blanks();
    if (peek() != '|' || peek(1) == '|') return out;
    ++at_;
    if (peek() == '&') ++at_;
    skip_newlines();
  }
}

Command Parser::command() {
  Level level(*this);
  skip_blanks();
  auto begin = static_cast<uint32_t>(at_);
  Command out = compound(token());
  out.offset = begin;
  return out;
}

// A compound command, a function's definition, or else a simple command.
Command Parser::compound(std::string_view next) {
  Command out;
  auto take_body = [&](std::string_view end) {
    auto inner = body();
    expect_token(end);
    return inner;
  };
  if (starts_with("((")) {
    at_ += 2;
    out.node = ArithmeticCommand{arithmetic_text()};
  } else if (peek() == '(') {
    ++at_;
    auto inner = body();
    skip_newlines();
    expect(")");
    out.node = Subshell{std::move(inner)};
  } else if (take_token("{")) {
    out.node = Group{take_body("}")};
  } else if (take_token("[[")) {
    Condition condition = condition_either();
    expect_token("]]");
    out.node = Test{std::move(condition)};
  } else if (take_token("if")) {
    out.node = if_command();
  } else if (next == "while" || next == "until") {
    at_ += next.size();
    While loop{next == "until", body(), nullptr};
    loop.body = loop_body();
    out.node = std::move(loop);
  } else if (take_token("for")) {
    out = for_command();
  } else if (take_token("case")) {
    out.node = case_command();
  } else if (take_token("function")) {
    function_definition(out, true);
    return out;
  } else if (next == "select" || next == "coproc" || next == "time" || next == "in" || next == "]]") {
    fail(fmt::format("'{}'", next));
  } else if (at_function_definition(next)) {
    function_definition(out, false);
    return out;
  } else {
    out.node = simple_command(out.redirections);
    return out;
  }
  redirections(out.redirections);
  return out;
}

If Parser::if_command() {
  If out;
  for (;;) {
    auto condition = body();
    expect_token("then");
    auto consequence = body();
    out.branches.emplace_back(std::move(condition), std::move(consequence));
    skip_newlines();
    if (take_token("elif")) continue;
    if (take_token("else")) out.otherwise = body();
    expect_token("fi");
    return out;
  }
}

Command Parser::for_command() {
  Command out;
  skip_blanks();
  if (starts_with("(("))
    out.node = for_arithmetic();
  else
    out.node = for_words();
  return out;
}

For Parser::for_words() {
  For out;
  out.name = token();
  if (!is_name(out.name)) fail("for without a name");
  at_ += out.name.size();
  skip_newlines();
  if (take_token("in")) {
    out.words.emplace();
    for (skip_blanks(); peek() != ';' && peek() != '\n'; skip_blanks()) {
      if (at_end() || is_metacharacter(peek())) fail("list of for");
      for (Word& each : expand_braces(word())) out.words->push_back(std::move(each));
    }
  }
  skip_blanks();
  take(";");
  out.body = loop_body();
  return out;
}

ArithmeticFor Parser::for_arithmetic() {
  at_ += 2;
  ArithmeticFor out;
  parts(out.first, Mode::arithmetic, true, ";");
  expect(";");
  parts(out.condition, Mode::arithmetic, true, ";");
  expect(";");
  out.next = arithmetic_text();
  skip_blanks();
  take(";");
  out.body = loop_body();
  return out;
}

std::shared_ptr<const List> Parser::loop_body() {
  expect_token("do");
  auto out = body();
  expect_token("done");
  return out;
}

Case Parser::case_command() {
  Case out;
  skip_blanks();
  out.word = required_word();
  skip_newlines();
  expect_token("in");
  for (skip_newlines(); !take_token("esac"); skip_newlines()) {
    out.clauses.push_back(case_clause());
    skip_newlines();
    if (take(";;&"))
      out.clauses.back().end = CaseClause::End::test_next;
    else if (take(";&"))
      out.clauses.back().end = CaseClause::End::fall_through;
    else if (!take(";;") && token() != "esac")
      fail("case clause without an end");
  }
  return out;
}

CaseClause Parser::case_clause() {
  CaseClause out;
  take("(");
  do {
    skip_blanks();
    out.patterns.push_back(required_word());
    skip_blanks();
  } while (take("|"));
  expect(")");
  List commands = list(true);
  if (!commands.items.empty()) out.body = std::make_shared<const List>(std::move(commands));
  return out;
}

bool Parser::at_function_definition(std::string_view name) const {
  if (name.empty() || name.find_first_of("'\"\\$`={}*?[") != std::string_view::npos) return false;
  size_t at = at_ + name.size();
  auto skip = [&] {
    while (at < text_.size() && is_blank(text_[at])) ++at;
  };
  skip();
  if (at >= text_.size() || text_[at] != '(') return false;
  ++at;
  skip();
  return at < text_.size() && text_[at] == ')';
}

void Parser::function_definition(Command& out, bool has_keyword) {
  skip_blanks();
  auto definition = std::make_shared<FunctionDefinition>();
  definition->name = token();
  definition->script = script_;
  if (definition->name.empty() || definition->name.find_first_of("'\"\\$`={}*?[") != std::string::npos)
    fail("name of a function");
  at_ += definition->name.size();
  skip_blanks();
  bool parentheses = take("(");
  if (parentheses) {
    skip_blanks();
    expect(")");
  } else if (!has_keyword) {
    fail("function without ()");
  }
  skip_newlines();
  definition->body = command();
  if (std::holds_alternative<SimpleCommand>(definition->body.node)) fail("body of a function");
  out.node = std::shared_ptr<const FunctionDefinition>(std::move(definition));
}

SimpleCommand Parser::simple_command(std::vector<Redirection>& redirections) {
  SimpleCommand out;
  bool is_declaration = false;
  size_t begin = at_;
  for (skip_blanks(); !at_end(); skip_blanks()) {
    if (redirection(redirections)) continue;
    if (is_metacharacter(peek()) && !starts_with("<(") && !starts_with(">(")) break;
    if (out.words.empty() || is_declaration) {
      if (auto assigned = assignment()) {
        if (out.words.empty())
          out.assignments.push_back(std::move(*assigned));
        else
          out.words.push_back({{}, std::make_shared<const Assignment>(std::move(*assigned))});
        continue;
      }
    }
    Word next = word();
    if (out.words.empty()) is_declaration = declares(next);
    for (Word& each : expand_braces(std::move(next))) out.words.push_back({std::move(each), nullptr});
  }
  if (at_ == begin || (out.words.empty() && out.assignments.empty() && redirections.empty()))
    fail(fmt::format("unexpected '{}'", text_.substr(at_, 1)));
  if (peek() == '(') fail("unexpected '('");
  return out;
}

void Parser::redirections(std::vector<Redirection>& out) {
  do skip_blanks();
  while (redirection(out));
}

bool Parser::redirection(std::vector<Redirection>& out) {
  using Kind = Redirection::Kind;
  if (starts_with("<(") || starts_with(">(")) return false;
  size_t digits = 0;
  while (is_digit(peek(digits))) ++digits;
  char sign = peek(digits);
  bool both = digits == 0 && sign == '&' && peek(1) == '>';
  if (sign != '<' && sign != '>' && !both) {
    if (peek() == '{' && text_.substr(at_, token().size() + 1).find_first_of("<>") == token().size() &&
        token().ends_with('}'))
      fail("descriptor in a variable");
    return false;
  }
  if (digits > 1) fail("descriptor");
  Redirection next;
  if (digits) next.descriptor = peek() - '0';
  at_ += digits;
  bool strips = false;
  if (take("&>>"))
    next.kind = Kind::other;
  else if (take("&>"))
    next.kind = Kind::output_and_error;
  else if (take("<<<"))
    next.kind = Kind::here_string;
  else if (take("<<-"))
    next.kind = Kind::here_document, strips = true;
  else if (take("<<"))
    next.kind = Kind::here_document;
  else if (take(">>"))
    next.kind = Kind::append;
  else if (take(">&"))
    next.kind = Kind::duplicate_output;
  else if (take("<&") || take("<>") || take(">|"))
    next.kind = Kind::other;
  else if (take("<"))
    next.kind = Kind::input;
  else if (take(">"))
    next.kind = Kind::output;
  skip_blanks();
  if (next.kind == Kind::here_document) {
    here_document_start(next, strips);
  } else {
    if (at_end() || (is_metacharacter(peek()) && !starts_with("<(") && !starts_with(">(")))
      fail("redirection without a target");
    next.target = required_word();
  }
  out.push_back(std::move(next));
  return true;
}

void Parser::here_document_start(Redirection& out, bool strip_tabs) {
  std::string raw(token()), delimiter;
  at_ += raw.size();
  bool quoted = raw.find_first_of("'\"\\") != std::string::npos;
  if (raw.empty() || raw.find_first_of("$`") != std::string::npos) fail("delimiter of a here-document");
  for (char c : raw)
    if (c != '\'' && c != '"' && c != '\\') delimiter += c;
  out.document = std::make_shared<HereDocument>();
  out.document->literal = quoted;
  pending_.push_back({out.document, std::move(delimiter), strip_tabs});
}

}  // namespace cooper::shell

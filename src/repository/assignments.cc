#include "repository/assignments.h"

#include <fmt/format.h>

namespace cooper::repository {

namespace {

// Expansion can double a value with each line, and put a large one into each of many.
constexpr size_t value_limit = size_t{1} << 20, expansion_limit = size_t{4} << 20;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class Parser {
 public:
  Parser(std::string_view text, std::string_view shown, const Lookup& lookup, const ReadSourced& read_sourced)
      : text_(text), shown_(shown), lookup_(lookup), read_sourced_(read_sourced) {}

  Result<std::vector<Assignment>> run() {
    while (skip_to_statement()) {
      Assignment assignment;
      assignment.line = line_;
      TRY(read_statement(assignment));
      if (assignment.name == "source")
        for (Assignment& sourced : TRY(source(assignment.value))) add(std::move(sourced));
      else
        add(std::move(assignment));
    }
    return std::move(out_);
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  char take() {
    char c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }
  std::unexpected<Error> wrong(std::string what, std::string why = {}) const {
    return fail(ErrorKind::usage, std::move(what), fmt::format("{}:{}", shown_, line_),
                why.empty() ? "each line is NAME=\"value\"; values may use ${NAME} and nothing else of the shell"
                            : std::move(why));
  }

  void add(Assignment assignment) {
    values_.insert_or_assign(assignment.name, assignment.value);
    out_.push_back(std::move(assignment));
  }

  Result<std::vector<Assignment>> source(const std::string& file) {
    if (!read_sourced_) return wrong("a profile cannot `source` other files");
    return read_sourced_(file, [this](std::string_view name) { return value_of(name); });
  }

  std::string value_of(std::string_view name) const {
    if (auto own = values_.find(name); own != values_.end()) return own->second;
    return lookup_ ? lookup_(name) : std::string();
  }

  bool skip_to_statement() {
    while (!at_end()) {
      if (peek() == '#') {
        while (!at_end() && peek() != '\n') take();
      } else if (is_blank(peek()) || peek() == '\n' || peek() == ';') {
        take();
      } else if (peek() == '\\' && peek(1) == '\n') {
        take(), take();
      } else {
        return true;
      }
    }
    return false;
  }

  std::string_view take_name() {
    size_t start = at_;
    if (is_name_start(peek()))
      while (is_name(peek())) ++at_;
    return text_.substr(start, at_ - start);
  }

  Result<> read_statement(Assignment& out) {
    std::string_view name = take_name();
    if (name == "export" && is_blank(peek())) {
      while (is_blank(peek())) take();
      name = take_name();
    }
    bool source = name == "source" && is_blank(peek());
    if (!source && name == "" && peek() == '.' && is_blank(peek(1))) {
      take();
      source = true;
    }
    if (source) {
      out.name = "source";
      while (is_blank(peek())) take();
    } else {
      if (name.empty()) return wrong(fmt::format("expected a variable name, found '{}'", shown_char(peek())));
      if (peek() == '+' && peek(1) == '=')
        return wrong(fmt::format("'{}+=' is not possible here", name),
                     fmt::format("write {}=\"${{{}}} …\"", name, name));
      if (peek() != '=') return wrong(fmt::format("expected '=' after '{}'", name));
      take();
      out.name = name;
    }
    TRY(read_value(out.value));
    while (is_blank(peek())) take();
    if (!at_end() && peek() != '\n' && peek() != '#' && peek() != ';')
      return wrong(fmt::format("unexpected '{}' after the value of {}", shown_char(peek()), out.name),
                   "a value with spaces needs quotes");
    return {};
  }

  static std::string shown_char(char c) {
    return c >= ' ' && c < 127 ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }

  Result<> read_value(std::string& out) {
    while (!at_end()) {
      char c = peek();
      if (c == '"' || c == '\'') {
        TRY(read_quoted(out));
      } else if (c == '\\') {
        take();
        if (at_end()) break;
        char escaped = take();
        if (escaped != '\n') out += escaped;
      } else if (c == '$') {
        TRY(expand(out));
      } else if (is_blank(c) || c == '\n' || c == ';' || c == '#') {
        break;
      } else if (c == '`' || c == '(' || c == ')' || c == '&' || c == '|' || c == '<' || c == '>') {
        return wrong(fmt::format("'{}' is not possible here", c));
      } else {
        out += take();
      }
      if (out.size() > value_limit) return wrong("the value is too large");
    }
    return {};
  }

  Result<> read_quoted(std::string& out) {
    int start = line_;
    char quote = take();
    while (!at_end()) {
      char c = peek();
      if (c == quote) {
        take();
        return {};
      }
      if (quote == '"' && c == '$') {
        TRY(expand(out));
      } else if (quote == '"' && c == '\\') {
        take();
        if (at_end()) break;
        char escaped = take();
        if (escaped == '\n') continue;
        if (escaped != '"' && escaped != '\\' && escaped != '$' && escaped != '`') out += '\\';
        out += escaped;
      } else {
        out += take();
      }
      if (out.size() > value_limit) return wrong("the value is too large");
    }
    line_ = start;
    return wrong(fmt::format("the quote {} is never closed", quote));
  }

  Result<> expand(std::string& out) {
    take();
    bool braces = peek() == '{';
    if (braces) take();
    std::string_view name = take_name();
    if (name.empty()) {
      if (braces || peek() == '(') return wrong(fmt::format("only ${{NAME}} is possible after '$'"));
      out += '$';  // a lone dollar is itself, as in bash
      return {};
    }
    if (braces) {
      if (peek() != '}') return wrong(fmt::format("'${{{}' must end with '}}' here", name));
      take();
    }
    std::string value = value_of(name);
    expanded_ += value.size();
    if (expanded_ > expansion_limit) return wrong("the values are too large together");
    out += value;
    return {};
  }

  std::string_view text_, shown_;
  const Lookup& lookup_;
  const ReadSourced& read_sourced_;
  size_t at_ = 0;
  int line_ = 1;
  size_t expanded_ = 0;  // bytes, in all values so far
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<Assignment> out_;
};

}  // namespace

Result<std::vector<Assignment>> parse_assignments(std::string_view text, std::string_view shown, const Lookup& lookup,
                                                  const ReadSourced& read_sourced) {
  return Parser(text, shown, lookup, read_sourced).run();
}

}  // namespace cooper::repository

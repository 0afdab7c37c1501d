#include "shell/pattern.h"

#include <regex.h>

#include <algorithm>
#include <memory>

#include "shell/text.h"
#include "shell/unsupported.h"

namespace cooper::shell {

namespace {

bool in_class(std::string_view name, char c) {
  bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
  if (name == "alpha") return upper || lower;
  if (name == "digit") return digit;
  if (name == "alnum") return upper || lower || digit;
  if (name == "upper") return upper;
  if (name == "lower") return lower;
  if (name == "space") return c == ' ' || (c >= '\t' && c <= '\r');
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "punct") return c > ' ' && c < 0x7f && !(upper || lower || digit);
  if (name == "cntrl") return (c >= 0 && c < 0x20) || c == 0x7f;
  if (name == "print") return c >= 0x20 && c < 0x7f;
  if (name == "graph") return c > 0x20 && c < 0x7f;
  if (name == "xdigit") return digit || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  give_up("character class " + std::string(name));
}

constexpr int pattern_depth_limit = 40;

// Matches `text` against `pattern` by going back where a star or a group took too little.
class Matcher {
 public:
  Matcher(std::string_view pattern, std::string_view text, bool extended, Budget& budget)
      : pattern_(pattern), text_(text), extended_(extended), budget_(budget) {}

  bool match() { return match(pattern_, 0, text_.size()); }

 private:
  // Whether `pattern` matches the text from `at` to `end`.
  bool match(std::string_view pattern, size_t at, size_t end) {
    size_t star = std::string_view::npos, star_at = 0;  // where to go on after a mismatch
    size_t p = 0;
    for (;;) {
      budget_.step();
      if (p < pattern.size() && is_group(pattern, p)) {
        if (match_group(pattern.substr(p), at, end)) return true;
      } else if (p < pattern.size() && pattern[p] == '*') {
        star = ++p;
        star_at = at;
        continue;
      } else if (p < pattern.size() && at < end) {
        size_t next = p;
        if (one(pattern, next, text_[at])) {
          p = next;
          ++at;
          continue;
        }
      } else if (p == pattern.size() && at == end) {
        return true;
      }
      if (star == std::string_view::npos || star_at == end) return false;
      p = star;
      at = ++star_at;
    }
  }

  bool is_group(std::string_view pattern, size_t p) const {
    return extended_ && p + 1 < pattern.size() && pattern[p + 1] == '(' &&
           std::string_view("?*+@!").find(pattern[p]) != std::string_view::npos;
  }

  // The alternatives of the group that `pattern` begins with, and what stands behind it.
  std::vector<std::string_view> alternatives(std::string_view pattern, std::string_view& rest) const {
    std::vector<std::string_view> out;
    int depth = 1;
    size_t begin = 2;
    for (size_t i = 2; i < pattern.size(); ++i) {
      char c = pattern[i];
      if (c == '\\')
        ++i;
      else if (c == '[')
        i = bracket_end(pattern, i);
      else if (c == '(')
        ++depth;
      else if ((c == '|' && depth == 1) || (c == ')' && --depth == 0)) {
        out.push_back(pattern.substr(begin, i - begin));
        begin = i + 1;
        if (c == ')') {
          rest = pattern.substr(i + 1);
          return out;
        }
      }
    }
    give_up("extended pattern without an end");
  }

  // Where the bracket that begins at `at` ends.
  static size_t bracket_end(std::string_view pattern, size_t at) {
    ++at;
    if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
    for (bool first = true; at < pattern.size(); ++at, first = false) {
      if (pattern[at] == ']' && !first) return at;
      if (pattern[at] == '\\') ++at;
      if (pattern.substr(at).starts_with("[:")) at = std::min(pattern.find(":]", at), pattern.size() - 1) + 1;
    }
    give_up("bracket without an end");
  }

  bool match_group(std::string_view pattern, size_t at, size_t end) {
    if (++depth_ > pattern_depth_limit) give_up("extended pattern too deep");
    char kind = pattern[0];
    std::string_view rest;
    auto options = alternatives(pattern, rest);
    bool found = false;
    if ((kind == '?' || kind == '*') && match(rest, at, end)) found = true;
    for (size_t to = at; to <= end && !found; ++to) {
      bool any = std::ranges::any_of(options, [&](std::string_view option) { return match(option, at, to); });
      if (kind == '!') {
        found = !any && match(rest, to, end);
      } else if (any) {
        found = match(rest, to, end) ||
                ((kind == '*' || kind == '+') && to > at && match_group(repeated(pattern, kind), to, end));
      }
    }
    --depth_;
    return found;
  }

  // +(a)b behind one a is as *(a)b.
  std::string_view repeated(std::string_view pattern, char kind) {
    if (kind == '*') return pattern;
    repeated_.push_back(std::make_unique<std::string>("*" + std::string(pattern.substr(1))));
    budget_.bytes(pattern.size());
    return *repeated_.back();
  }

  // One character against what stands at `p`, which moves behind it.
  bool one(std::string_view pattern, size_t& p, char c) const {
    switch (pattern[p]) {
      case '?': ++p; return true;
      case '[': return bracket(pattern, p, c);
      case '\\':
        if (p + 1 < pattern.size()) ++p;
        [[fallthrough]];
      default: return pattern[p++] == c;
    }
  }

  bool bracket(std::string_view pattern, size_t& p, char c) const {
    size_t at = p + 1;
    bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    if (negated) ++at;
    bool found = false;
    for (bool first = true;; first = false) {
      if (at >= pattern.size()) give_up("bracket without an end");
      if (pattern[at] == ']' && !first) break;
      if (pattern.substr(at).starts_with("[:")) {
        size_t end = pattern.find(":]", at);
        if (end == std::string_view::npos) give_up("character class");
        found |= in_class(pattern.substr(at + 2, end - at - 2), c);
        at = end + 2;
        continue;
      }
      if (pattern.substr(at).starts_with("[.") || pattern.substr(at).starts_with("[=")) give_up("collating symbol");
      char from = bracket_character(pattern, at), to = from;
      if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
        ++at;
        to = bracket_character(pattern, at);
        if (to < from) give_up("range of characters");
      }
      found |= from <= c && c <= to;
    }
    p = at + 1;
    return found != negated;
  }

  static char bracket_character(std::string_view pattern, size_t& at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    if (at >= pattern.size()) give_up("bracket without an end");
    return pattern[at++];
  }

  std::string_view pattern_, text_;
  bool extended_;
  Budget& budget_;
  int depth_ = 0;
  std::vector<std::unique_ptr<std::string>> repeated_;
};

}  // namespace

bool is_pattern_character(char c) { return std::string_view("*?[]\\()|!+@^-").find(c) != std::string_view::npos; }

namespace {

// The length of what matches a pattern that has neither stars nor groups.
std::optional<size_t> fixed_length(std::string_view pattern) {
  size_t out = 0;
  for (size_t i = 0; i < pattern.size(); ++i, ++out) {
    char c = pattern[i];
    if (c == '*' || c == '(' || c == ')') return std::nullopt;
    if (c == '\\') ++i;
    if (c != '[') continue;
    // A bracket without another one, or a class, in it.
    size_t end = pattern.find(']', i + 3);
    if (end == std::string_view::npos ||
        pattern.substr(i + 1, end - i - 1).find_first_of("[\\") != std::string_view::npos)
      return std::nullopt;
    if (pattern.substr(i + 1, 2).find(']') != std::string_view::npos) return std::nullopt;
    i = end;
  }
  return out;
}

}  // namespace

Pattern::Pattern(std::string_view pattern, bool extended, Budget& budget)
    : pattern_(pattern), extended_(extended), budget_(budget) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\\') {
      if (i + 1 == pattern.size()) give_up("pattern ends with a backslash");
      c = pattern[++i];
    } else {
      bool group = extended && i + 1 < pattern.size() && pattern[i + 1] == '(' &&
                   std::string_view("?*+@!").find(c) != std::string_view::npos;
      if (c == '?' || c == '[' || group) minds_locale_ = true;
      if (c == '*' || c == '?' || c == '[' || group) is_literal_ = false;
    }
    literal_ += c;
  }
  if (minds_locale_) check_locale(pattern);
  if (!is_literal_) length_ = fixed_length(pattern);
}

void Pattern::check_locale(std::string_view text) const {
  if (!is_ascii(text)) give_up("pattern and text that is not ASCII");
}

bool Pattern::matches(std::string_view text) const {
  if (is_literal_) return text == literal_;
  if (minds_locale_) check_locale(text);
  return Matcher(pattern_, text, extended_, budget_).match();
}

size_t Pattern::prefix(std::string_view text, bool longest) const {
  if (is_literal_) return text.starts_with(literal_) ? literal_.size() : std::string_view::npos;
  check_locale(text);
  if (length_) return *length_ <= text.size() && matches(text.substr(0, *length_)) ? *length_ : std::string_view::npos;
  for (size_t i = 0; i <= text.size(); ++i) {
    size_t length = longest ? text.size() - i : i;
    if (matches(text.substr(0, length))) return length;
  }
  return std::string_view::npos;
}

size_t Pattern::suffix(std::string_view text, bool longest) const {
  if (is_literal_) return text.ends_with(literal_) ? text.size() - literal_.size() : std::string_view::npos;
  check_locale(text);
  if (length_)
    return *length_ <= text.size() && matches(text.substr(text.size() - *length_)) ? text.size() - *length_
                                                                                   : std::string_view::npos;
  for (size_t i = 0; i <= text.size(); ++i) {
    size_t begin = longest ? i : text.size() - i;
    if (matches(text.substr(begin))) return begin;
  }
  return std::string_view::npos;
}

namespace {

// Expressions that take time or memory out of all proportion are left to bash and its limits.
void check_regex(std::string_view expression, std::string_view text) {
  if (expression.size() > 512 || text.size() > 4096) give_up("long regular expression");
  if (!is_ascii(expression) || !is_ascii(text)) give_up("regular expression and text that is not ASCII");
  if (text.find('\0') != std::string_view::npos) give_up("NUL");
  int intervals = 0;
  for (size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '{') {
      // Few repetitions of what is not itself repeated many times.
      size_t end = expression.find('}', i);
      if (++intervals > 1 || end == std::string_view::npos || end - i > 3) give_up("interval in a regular expression");
    }
    if (expression[i] == '[' && expression.substr(i).starts_with("[.")) give_up("collating symbol");
    if (expression[i] != '\\') continue;
    if (++i == expression.size()) give_up("regular expression ends with a backslash");
    char c = expression[i];
    // GNU's own escapes and references back.
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '<' || c == '>' ||
        c == '`' || c == '\'')
      give_up("escape in a regular expression");
  }
}

}  // namespace

std::vector<std::string> match_regex(const std::string& expression, const std::string& text, Budget& budget) {
  check_regex(expression, text);
  budget.step(100 + expression.size() * 4 + text.size());
  regex_t regex;
  if (::regcomp(&regex, expression.c_str(), REG_EXTENDED) != 0) give_up("regular expression");
  std::vector<regmatch_t> found(regex.re_nsub + 1);
  int result = ::regexec(&regex, text.c_str(), found.size(), found.data(), 0);
  ::regfree(&regex);
  if (result != 0) return {};
  std::vector<std::string> out;
  for (const regmatch_t& match : found)
    out.push_back(match.rm_so < 0
                      ? ""
                      : text.substr(static_cast<size_t>(match.rm_so), static_cast<size_t>(match.rm_eo - match.rm_so)));
  return out;
}

}  // namespace cooper::shell

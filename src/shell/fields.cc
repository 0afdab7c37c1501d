#include "shell/fields.h"

#include "shell/pattern.h"
#include "shell/unsupported.h"

namespace cooper::shell {

namespace {

bool is_regex_character(char c) { return std::string_view("^$.[]*+?(){}|\\").find(c) != std::string_view::npos; }

}  // namespace

void Fields::literal(std::string_view text, bool quoted) {
  if (quoted || !text.empty()) begun_ = true;
  after_blank_ = false;
  append(text, quoted);
}

void Fields::value(std::string_view text, bool quoted) {
  if (mode_ == Mode::words && !quoted)
    split(text);
  else
    literal(text, quoted);
}

void Fields::append(std::string_view text, bool quoted) {
  switch (mode_) {
    case Mode::words:
      if (!quoted) look_for_pattern(text, false);
      text_.append(text);
      break;
    case Mode::text: text_.append(text); break;
    case Mode::pattern: append_to_pattern(text, quoted); break;
    case Mode::regex: append_to_regex(text, quoted); break;
  }
}

void Fields::append_to_pattern(std::string_view text, bool quoted) {
  for (char c : text) {
    if (quoted && is_pattern_character(c)) text_ += '\\';
    text_ += c;
  }
}

void Fields::append_to_regex(std::string_view text, bool quoted) {
  for (char c : text) {
    if (quoted && regex_bracket_) give_up("quotes in a bracket of a regular expression");
    if (quoted && is_regex_character(c)) text_ += '\\';
    if (!quoted && c == '[') regex_bracket_ = true;
    // "[]…" and "[^]…" begin with a bracket that does not end them, and classes have some of their own.
    if (!quoted && c == ']' && !text_.ends_with("[") && !text_.ends_with("[^") && !text_.ends_with(":"))
      regex_bracket_ = false;
    text_ += c;
  }
}

void Fields::look_for_pattern(std::string_view text, bool from_value) {
  if (no_glob_) return;
  for (char c : text) {
    bool group = c == '(' && (last_ == '+' || last_ == '@' || last_ == '!');
    if (c == '*' || c == '?' || (c == ']' && open_bracket_) || group || (from_value && c == '\\'))
      give_up("pattern for file names");
    open_bracket_ |= c == '[';
    last_ = c;
  }
}

void Fields::split(std::string_view text) {
  for (char c : text) {
    if (separators_.find(c) == std::string_view::npos) {
      begun_ = true;
      after_blank_ = false;
      look_for_pattern({&c, 1}, true);
      text_ += c;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (begun_) finish_word(), after_blank_ = true;
    } else if (begun_ || !after_blank_) {
      finish_word();
      after_blank_ = false;
    } else {
      after_blank_ = false;  // it belongs to the blanks before it
    }
  }
}

void Fields::next_element() {
  if (mode_ == Mode::words) {
    if (begun_) finish_word();
    after_blank_ = false;
  } else {
    append(" ", true);
  }
}

void Fields::finish_word() {
  words_.push_back(std::move(text_));
  text_.clear();
  begun_ = open_bracket_ = false;
  last_ = '\0';
}

std::vector<std::string> Fields::take_words() {
  if (begun_) finish_word();
  return std::move(words_);
}

}  // namespace cooper::shell

// Patterns (bash manual, "Pattern Matching") and regular expressions of [[ =~ ]].
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/budget.h"

namespace cooper::shell {

// `pattern` has a backslash before each character that stands for itself. Throws Unsupported where the locale matters.
class Pattern {
 public:
  Pattern(std::string_view pattern, bool extended, Budget& budget);
  bool matches(std::string_view text) const;
  // The length of the shortest or longest beginning of `text` that matches; npos where none does.
  size_t prefix(std::string_view text, bool longest) const;
  // Where the shortest or longest end that matches begins.
  size_t suffix(std::string_view text, bool longest) const;

 private:
  void check_locale(std::string_view text) const;
  std::string pattern_;
  std::string literal_;           // where the pattern matches but one text
  std::optional<size_t> length_;  // where all that matches is as long
  bool is_literal_ = true, minds_locale_ = false, extended_;
  Budget& budget_;
};

// Whether a character means something in a pattern where it is not quoted.
bool is_pattern_character(char c);

// The parts of `text` that the expression and its groups match; empty where it does not match. Throws Unsupported for
// expressions that may take long or that the locale matters to.
std::vector<std::string> match_regex(const std::string& expression, const std::string& text, Budget& budget);

}  // namespace cooper::shell

// Characters as the shell's grammar tells them apart, whatever the locale is.
#pragma once

#include <string_view>

namespace cooper::shell {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_name_character(char c) { return is_name_start(c) || is_digit(c); }
inline bool is_one_of(std::string_view characters, char c) { return characters.find(c) != std::string_view::npos; }
// What ends a word where it is not quoted.
inline bool is_metacharacter(char c) { return is_one_of(" \t\n;&|<>()", c); }

}  // namespace cooper::shell

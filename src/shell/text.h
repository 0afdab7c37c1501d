// Text as the shell's commands take and make it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::shell {

bool is_ascii(std::string_view text);
// All letters, or the first. Of ASCII text only.
std::string change_case(std::string text, bool upper, bool first_only);
// Puts the keys of an associative array in the order in which bash has them.
void sort_as_hashed(std::vector<std::string>& keys);
// A whole number as `test` and printf take it; nothing where it is none or is out of range.
std::optional<int64_t> whole_number(std::string_view text);
// What `echo -e` and printf %b make of backslashes. Throws Unsupported for those it does not know.
std::string unescape(std::string_view text);
// As `declare -p` quotes values. Throws Unsupported for control characters.
std::string in_double_quotes(std::string_view text);
// What printf makes of its arguments. Throws Unsupported where it would fail, or for conversions it does not know.
std::string format(std::string_view format, const std::vector<std::string>& arguments, size_t first);

}  // namespace cooper::shell

// Variables that bash itself sets or acts upon.
#pragma once

#include <string_view>

namespace cooper::shell {

// Whether a variable may have a value that only a running bash knows, though nothing has set it.
bool is_set_by_bash(std::string_view name);
// The same of any variable that begins so.
bool may_be_set_by_bash(std::string_view prefix);
// Whether an assignment does more than to set the variable.
bool is_special_to_assign(std::string_view name, std::string_view value);

}  // namespace cooper::shell

// Commands that are built into bash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::shell {

class Evaluator;

// `words`: the command with its arguments. Gives its exit status.
using Builtin = int (*)(Evaluator& evaluator, const std::vector<std::string>& words);

// Null where there is none of that name that is known here.
Builtin find_builtin(std::string_view name);
// Whether it is certain what variables that stand before the command do to it: they are there for its time.
bool takes_assignments(std::string_view builtin);
// Commands whose arguments may be assignments (Evaluator::declare).
bool is_declaration(std::string_view name);

}  // namespace cooper::shell

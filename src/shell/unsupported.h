// Why the evaluator leaves a script to bash.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace cooper::shell {

// Thrown within this folder wherever it is not certain what bash would do, or bash would print something or fail.
// Nothing of it leaves evaluate() and parse().
struct Unsupported {
  std::string reason;
  std::string where;  // file:line; may be empty
};

[[noreturn]] inline void give_up(std::string reason) { throw Unsupported{std::move(reason), {}}; }

}  // namespace cooper::shell

// Shell arithmetic (bash manual, "Shell Arithmetic").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cooper::shell {

// What expressions read and write. `subscript`: the text between the brackets, or "".
class ArithmeticVariables {
 public:
  virtual ~ArithmeticVariables() = default;
  virtual std::string get(std::string_view name, std::string_view subscript) = 0;
  virtual void set(std::string_view name, std::string_view subscript, int64_t value) = 0;
};

// The value of an expression whose expansions are done; an empty one is 0. Throws Unsupported where it is not legal.
int64_t evaluate_arithmetic(std::string_view expression, ArithmeticVariables& variables, int depth = 0);

}  // namespace cooper::shell

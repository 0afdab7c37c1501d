// What an evaluation may cost.
#pragma once

#include <cstddef>

#include "shell/unsupported.h"

namespace cooper::shell {

class Budget {
 public:
  // Both throw Unsupported where it is too much.
  void step(size_t count = 1) {
    if ((steps_ += count) > step_limit) give_up("too many steps");
  }
  // Bytes of values that were made.
  void bytes(size_t count) {
    if ((bytes_ += count) > byte_limit) give_up("too much text");
  }

 private:
  static constexpr size_t step_limit = 1'000'000, byte_limit = size_t{64} << 20;
  size_t steps_ = 0, bytes_ = 0;
};

}  // namespace cooper::shell

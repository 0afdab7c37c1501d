// The ledger of owners, capabilities and device nodes that phases leave in the state folder (runtime/README.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tree/tree.h"
#include "util/error.h"

namespace cooper::phases {

struct OwnerRecord {
  enum class Kind { own, capabilities, node } kind = Kind::own;
  std::string_view user, group;  // own: a name or a number; "" where unchanged
  std::string capabilities;      // the value of security.capability; "" takes it away
  tree::Entry node;              // node: kind, mode and numbers; no path
  std::string_view path;         // absolute, in the sandbox; may hold anything but NUL
};

// In order; views into `text`. Unknown records are left out: the runtime may be newer. Errors: failed, for a record
// that is damaged.
Result<std::vector<OwnerRecord>> parse_owner_records(std::string_view text);

}  // namespace cooper::phases

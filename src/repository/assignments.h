// make.defaults and make.conf: assignments in a small subset of bash (PMS 5.2.4, portage(5)).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::repository {

struct Assignment {
  std::string name;
  std::string value;  // quotes removed, variables expanded, white space as it stands
  int line = 0;       // where it begins
};

// What a variable holds before the file, "" where nothing.
using Lookup = std::function<std::string(std::string_view name)>;

// Reads the file that a `source FILE` line names; `so_far` knows what was assigned before.
using ReadSourced = std::function<Result<std::vector<Assignment>>(std::string_view file, const Lookup& so_far)>;

// Reads NAME=VALUE with "…", '…' and bare words, $NAME and ${NAME} (from the file itself first, then `lookup`), line
// continuations, comments and `export`. A `source FILE` line puts what `read_sourced` gives in its place; without one
// it is an error. Errors: usage, `where` = SHOWN:LINE.
Result<std::vector<Assignment>> parse_assignments(std::string_view text, std::string_view shown, const Lookup& lookup,
                                                  const ReadSourced& read_sourced = {});

}  // namespace cooper::repository

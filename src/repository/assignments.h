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
  std::string value;   // quotes removed, variables expanded, white space as it stands
  int line = 0;        // where it begins
};

// What a variable holds before the file, "" where nothing.
using Lookup = std::function<std::string(std::string_view name)>;

// Reads NAME=VALUE with "…", '…' and bare words, $NAME and ${NAME} (from the file itself first, then `lookup`), line continuations,
// comments and `export`. A `source FILE` line becomes an Assignment with the name "source" (the caller decides).
// Errors: usage, `where` = SHOWN:LINE.
Result<std::vector<Assignment>> parse_assignments(std::string_view text, std::string_view shown, const Lookup& lookup);

}  // namespace cooper::repository

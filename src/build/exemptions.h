// Files that an ebuild asks not to be warned of: QA_PREBUILT, QA_SONAME and the like, as Portage has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::build {

class Exemptions {
 public:
  // Of what the runtime leaves in state/exemptions: lines "NAME PATTERN", fields separated by a tab, NAME without
  // "QA_". Lines of another form are left out: the ebuild can write to the file.
  static Exemptions parse(std::string_view text);

  // Whether the ebuild exempts a file (a path as Entry::path) from a check: "TEXTRELS", "EXECSTACK", "WX_LOAD",
  // "SONAME" or "MULTILIB_PATHS". PREBUILT exempts from the first four. Patterns of TEXTRELS, EXECSTACK, WX_LOAD and
  // PREBUILT are those of fnmatch(3) where "*" matches "/" too, others basic regular expressions, for the whole path.
  bool cover(std::string_view check, const std::string& path) const;

 private:
  struct Exemption {
    std::string check, pattern;
  };
  std::vector<Exemption> exemptions_;
};

}  // namespace cooper::build

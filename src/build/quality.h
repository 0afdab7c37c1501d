// QA: what is doubtful or wrong about the files of a package. Errors are what Portage refuses to install too.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "build/exemptions.h"
#include "tree/elf.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::build {

struct QualityError {
  std::string where, why;  // the file; the rule it breaks
};

struct Quality {
  std::vector<std::string> warnings;  // a line each, with the file
  std::vector<QualityError> errors;
};

struct QualityInput {
  const tree::Tree& tree;
  const std::vector<tree::ElfFacts>& elf;
  std::string build_path;  // as the build saw it: "/var/tmp/portage/CATEGORY/PF"
  const std::map<std::string, std::string>& variables;
  Exemptions exemptions = {};  // what the ebuild says of its files (QA_PREBUILT and the like)
  bool binary_checks = true;   // false: RESTRICT=binchecks, nothing is said of ELF files
};

// Reads the files of the tree (entry.source) for paths of the build. Errors: a file cannot be read.
Result<Quality> check_quality(const QualityInput& input);

}  // namespace cooper::build

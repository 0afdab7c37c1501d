// Why no ebuild satisfies an atom, ebuild by ebuild, and which lines of the spec would change that.
#pragma once

#include <string>
#include <vector>

#include "resolve/universe.h"

namespace cooper::resolve {

struct Rejection {
  std::vector<std::string> reasons;   // "dev-libs/foo-2: masked: ~amd64 keyword"
  std::vector<std::string> remedies;  // lines to paste into the spec, or a sentence
};

Rejection explain_rejection(Universe& universe, const ebuild::Atom& atom, InstanceId owner);

// "cooper, gentoo".
std::string repository_names(const Request& request);

// The spec's lines that set flags of a package.
std::string spec_use_lines(std::string_view package, const std::vector<std::string>& flags);

}  // namespace cooper::resolve

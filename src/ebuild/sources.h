// SRC_URI read out: which files a build needs and where each may come from (PMS 7.3.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ebuild/dependency.h"

namespace cooper::ebuild {

// One leaf of SRC_URI.
struct SourceUri {
  std::string uri;              // without "fetch+" or "mirror+"; "" where SRC_URI gives a plain file name
  bool fetch_allowed = false;   // "fetch+" or "mirror+": RESTRICT=fetch does not hold for it
  bool mirror_allowed = false;  // "mirror+": nor does RESTRICT=mirror
};

// A file of DISTDIR, with every place that SRC_URI names for it, in that order.
struct Distfile {
  std::string name;
  std::vector<SourceUri> uris;
};

// The name in DISTDIR of a SRC_URI leaf: what follows "->", else what follows the last "/" of the URI. A view into the
// leaf.
std::string_view distfile_name(const DependencyNode& leaf);
SourceUri source_uri(const DependencyNode& leaf);

// All files under a node, in order of first mention (the words of `A`); evaluate conditionals first.
std::vector<Distfile> distfiles(const DependencyNode& node);

}  // namespace cooper::ebuild

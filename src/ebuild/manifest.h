// Manifest files (GLEP 74, the DIST, EBUILD, AUX and MISC lines).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::ebuild {

struct ManifestEntry {
  std::string type;  // DIST, EBUILD, AUX, MISC
  std::string name;
  uint64_t size = 0;                           // bytes
  std::map<std::string, std::string> digests;  // "BLAKE2B" → lower-case hex
};

struct Manifest {
  std::vector<ManifestEntry> entries;
  // Errors: usage, with `where` = "LINE" of the text (the caller puts the path before it).
  static Result<Manifest> parse(std::string_view text);
  const ManifestEntry* find(std::string_view type, std::string_view name) const;
  std::string text() const;  // sorted, as repository tools write it
};

}  // namespace cooper::ebuild

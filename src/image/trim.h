// Takes away what running programs do not need.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "image/draft.h"
#include "spec/spec.h"

namespace cooper::image {

struct TrimReport {
  std::map<std::string, uint64_t> bytes;  // taken away, by owner
  std::vector<std::string> warnings;      // patterns of the spec that match nothing
};

// The kind of trim ("docs", "headers", "static-libs", "build-tools", "package-database") that a path belongs to, or "".
// `is_script` tells whether a usr/bin/*-config is one.
std::string_view trim_kind(std::string_view path, const tree::Entry& entry);

// Whether spec.remove takes the path away: spec.keep wins.
bool is_removed(std::string_view path, const spec::ImageSpec& spec);

// spec.trim, the data slices (locales, timezones, terminfo), spec.remove; spec.keep wins over all of them. Symlinks
// that lead nowhere now, and folders that held something and are empty now, go as well; folders that a package made
// empty stay.
TrimReport trim(Draft& draft, const spec::ImageSpec& spec);

}  // namespace cooper::image

// Paths of packages and roots, as text.
#pragma once

#include <string_view>

namespace cooper::build {

// Whether `path` is the folder itself or lies in it; both without a final slash.
inline bool at_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace cooper::build

// Paths and globs of the spec's keep and remove.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cooper::image {

// "*" and "?" stay within one part of a path, "**" crosses parts ("/usr/lib/**/test"), "[a-z]" and "[!a]" are sets, "\"
// quotes. A leading slash of the pattern means nothing: both sides are paths from the root.
bool glob_match(std::string_view pattern, std::string_view path);

// Whether a pattern matches the path or a folder above it.
bool covered_by(std::span<const std::string> patterns, std::string_view path);

}  // namespace cooper::image

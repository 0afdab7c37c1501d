// Line-based files of repositories and configurations: comments and blank lines gone, each line with its place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::repository {

struct Line {
  std::string text;     // trimmed, never empty; a trailing comment ("flag  # why") is cut off
  std::string where;    // "path:line"
  std::string comment;  // the block of comment lines right above it, without "#": why package.mask masks
};

enum class Folders {
  none,       // only a file
  flat,       // a folder's files, in byte order, names with a leading dot or a trailing "~" left out (PMS 5.2.5)
  recursive,  // and those of its subfolders: user configuration (portage(5))
};

// The lines of a file, or of a folder of files where `folders` allows it. An absent path has no lines. `shown` stands
// for `path` in `where`. Errors: usage where it cannot be read or is a folder that may not be one.
Result<std::vector<Line>> read_lines(const std::filesystem::path& path, Folders folders, std::string_view shown = {});

// The same over a text.
std::vector<Line> parse_lines(std::string_view text, std::string_view shown);

}  // namespace cooper::repository

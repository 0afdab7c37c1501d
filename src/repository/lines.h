// Line-based files of repositories and configurations: comments and blank lines gone, each line with its place.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::repository {

// A text with the name that messages call it by. Shared by what refers to it.
struct SourceText {
  std::string shown, content;
};

// A line of a file. Thousands are read and few are told of, so "path:line" is put together when it is asked for.
class Place {
 public:
  Place() = default;
  Place(std::shared_ptr<const SourceText> source, int line) : source_(std::move(source)), line_(line) {}
  std::string text() const;  // "path:line"; "" for no place
  operator std::string() const { return text(); }
  const SourceText& source() const { return *source_; }

 private:
  std::shared_ptr<const SourceText> source_;
  int line_ = 0;
};

struct Line {
  // Trimmed, never empty; a trailing comment ("flag  # why") is cut off. Lives as long as `where`.
  std::string_view text;
  Place where;
  // The block of comment lines right above it, without "#": why package.mask masks.
  std::string comment() const;
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
std::vector<Line> parse_lines(std::string text, std::string_view shown);

}  // namespace cooper::repository

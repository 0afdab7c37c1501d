#include "repository/lines.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

// No legal token begins with "#", so a word that does begins a comment.
std::string_view without_comment(std::string_view line) {
  for (size_t i = 1; i < line.size(); ++i)
    if (line[i] == '#' && (line[i - 1] == ' ' || line[i - 1] == '\t')) return util::trim(line.substr(0, i));
  return line;
}

Result<> append_file(const fs::path& path, const std::string& shown, std::vector<Line>& out) {
  auto text = util::read_file(path, uint64_t{64} << 20);
  if (!text) {
    text.error().kind = ErrorKind::usage;
    return std::unexpected(std::move(text).error());
  }
  std::vector<Line> lines = parse_lines(*text, shown);
  std::move(lines.begin(), lines.end(), std::back_inserter(out));
  return {};
}

Result<> append_path(const fs::path& path, Folders folders, const std::string& shown, std::vector<Line>& out) {
  std::error_code ec;
  fs::file_status status = fs::status(path, ec);
  if (status.type() == fs::file_type::not_found) return {};
  if (status.type() != fs::file_type::directory) return append_file(path, shown, out);
  if (folders == Folders::none)
    return fail(ErrorKind::usage, "expected a file, found a folder", shown,
                "the EAPI of this profile does not let this file be a folder (PMS 5.2.5)",
                "merge its files into one, or raise the EAPI in the profile's `eapi` file to 7 or later");
  for (const std::string& name : TRY(util::list_directory(path))) {
    if (name.front() == '.' || name.back() == '~' || name == "CVS") continue;
    if (folders == Folders::flat && fs::is_directory(path / name, ec)) continue;
    TRY(append_path(path / name, folders, shown + "/" + name, out));
  }
  return {};
}

}  // namespace

std::vector<Line> parse_lines(std::string_view text, std::string_view shown) {
  std::vector<Line> out;
  std::string comment;
  bool comment_ended = false;
  int number = 0;
  for (std::string_view raw : util::lines(text)) {
    ++number;
    std::string_view line = util::trim(raw);
    if (line.empty()) {
      comment.clear();
    } else if (line.front() == '#') {
      if (comment_ended) comment.clear();
      comment_ended = false;
      std::string_view words = util::trim(line.substr(1));
      if (!words.empty()) comment += (comment.empty() ? "" : "\n") + std::string(words);
    } else {
      comment_ended = true;
      out.push_back({std::string(without_comment(line)), fmt::format("{}:{}", shown, number), comment});
    }
  }
  return out;
}

Result<std::vector<Line>> read_lines(const fs::path& path, Folders folders, std::string_view shown) {
  std::vector<Line> out;
  TRY(append_path(path, folders, shown.empty() ? path.string() : std::string(shown), out));
  return out;
}

}  // namespace cooper::repository

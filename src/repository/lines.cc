#include "repository/lines.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

// No legal token begins with "#", so a word that does begins a comment.
std::string_view without_comment(std::string_view line) {
  for (size_t at = line.find('#', 1); at != std::string_view::npos; at = line.find('#', at + 1))
    if (line[at - 1] == ' ' || line[at - 1] == '\t') return util::trim(line.substr(0, at));
  return line;
}

void append_lines(std::shared_ptr<const SourceText> source, std::vector<Line>& out) {
  std::string_view rest = source->content;
  for (int number = 1; !rest.empty(); ++number) {
    size_t end = rest.find('\n');
    std::string_view line = util::trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.empty() && line.front() != '#') out.push_back({without_comment(line), {source, number}});
  }
}

Result<> append_path(const fs::path& path, Folders folders, const std::string& shown, std::vector<Line>& out) {
  std::error_code ec;
  util::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return {};
  auto text = [&]() -> Result<std::string> {
    if (!fd) return fail_errno("cannot open file", path);
    return util::read_file(fd, path, uint64_t{64} << 20);
  }();
  if (text) {
    append_lines(std::make_shared<SourceText>(shown, std::move(*text)), out);
    return {};
  }
  if (!fs::is_directory(path, ec)) {
    text.error().kind = ErrorKind::usage;
    return std::unexpected(std::move(text).error());
  }
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

std::string Place::text() const { return source_ ? fmt::format("{}:{}", source_->shown, line_) : std::string(); }

// Lines of other packages may stand between a line and the comment that is meant for all of them.
std::string Line::comment() const {
  std::string_view content = where.source().content;
  std::string out;
  size_t at = content.rfind('\n', static_cast<size_t>(text.data() - content.data()));
  bool in_comment = false;
  while (at != std::string_view::npos) {
    size_t start = at == 0 ? std::string_view::npos : content.rfind('\n', at - 1);
    std::string_view line = util::trim(content.substr(start + 1, at - start - 1));
    at = start;
    if (line.empty() || (in_comment && line.front() != '#')) break;
    if (line.front() != '#') continue;
    in_comment = true;
    line = util::trim(line.substr(1));
    if (!line.empty()) out = std::string(line) + (out.empty() ? "" : "\n") + out;
  }
  return out;
}

std::vector<Line> parse_lines(std::string text, std::string_view shown) {
  std::vector<Line> out;
  append_lines(std::make_shared<SourceText>(std::string(shown), std::move(text)), out);
  return out;
}

Result<std::vector<Line>> read_lines(const fs::path& path, Folders folders, std::string_view shown) {
  std::vector<Line> out;
  TRY(append_path(path, folders, shown.empty() ? path.string() : std::string(shown), out));
  return out;
}

}  // namespace cooper::repository

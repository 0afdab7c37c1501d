#include "repository/repos_conf.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "repository/lines.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;

namespace {

// Portage's default: what the main repository gets where nobody gives it a priority; all others have 0.
constexpr int main_priority = -1000;

std::vector<std::string> to_words(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view word : util::words(text)) out.emplace_back(word);
  return out;
}

struct Section {
  std::map<std::string, Line, std::less<>> settings;  // value and place
  std::string where;
};

// Sections by name. %(NAME)s in a value is not known here: it stands for variables of the shell that runs Portage.
Result<std::map<std::string, Section>> read_sections(const std::vector<Line>& lines) {
  std::map<std::string, Section> out;
  Section* section = nullptr;
  for (const Line& line : lines) {
    std::string_view text = line.text;
    if (text.front() == ';') continue;
    if (text.front() == '[') {
      if (text.back() != ']')
        return fail(ErrorKind::usage, fmt::format("'{}' is not the head of a section", text), line.where,
                    "it must end with ']'");
      section = &out[std::string(util::trim(text.substr(1, text.size() - 2)))];
      if (section->where.empty()) section->where = line.where;
      continue;
    }
    size_t equals = std::min(text.find('='), text.find(':'));
    if (equals == std::string_view::npos || !section)
      return fail(ErrorKind::usage, fmt::format("'{}' is not a setting", text), line.where,
                  section ? "each line is NAME = VALUE" : "it stands before the first [section]");
    Line value = line;
    value.text = util::trim(text.substr(equals + 1));
    section->settings.insert_or_assign(std::string(util::trim(text.substr(0, equals))), std::move(value));
  }
  return out;
}

Result<RepositoryEntry> entry_of(const std::string& name, const Section& section, const Section& defaults,
                                 const fs::path& base) {
  auto find = [&](std::string_view key) -> const Line* {
    for (const Section* place : {&section, &defaults})
      if (auto found = place->settings.find(key); found != place->settings.end()) return &found->second;
    return nullptr;
  };
  if (!ebuild::is_repository_name(name))
    return fail(ErrorKind::usage, fmt::format("'{}' is not a legal repository name", name), section.where);
  RepositoryEntry entry;
  entry.name = name;
  entry.where = section.where;
  const Line* location = find("location");
  if (!location || location->text.empty())
    return fail(ErrorKind::usage, fmt::format("the repository '{}' has no location", name), section.where, {},
                "say where it is: location = /var/db/repos/" + name);
  entry.location = (base / location->text).lexically_normal();
  if (const Line* priority = find("priority"); priority && !priority->text.empty()) {
    int value = 0;
    std::string_view text = priority->text;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      return fail(ErrorKind::usage, fmt::format("the priority '{}' is not a number", text), priority->where);
    entry.priority = value;
  }
  if (const Line* masters = find("masters")) entry.masters = to_words(masters->text);
  if (const Line* aliases = find("aliases")) entry.aliases = to_words(aliases->text);
  return entry;
}

Result<ReposConf> conf_of(const std::vector<Line>& lines, const fs::path& base) {
  auto sections = TRY(read_sections(lines));
  Section defaults;
  if (auto node = sections.extract("DEFAULT")) defaults = std::move(node.mapped());
  ReposConf out;
  if (auto main = defaults.settings.find("main-repo"); main != defaults.settings.end()) {
    out.main = main->second.text;
    if (!out.main.empty() && !sections.contains(out.main))
      return fail(ErrorKind::usage, fmt::format("the main-repo '{}' has no section", out.main), main->second.where);
  }
  for (const auto& [name, section] : sections) out.repositories.push_back(TRY(entry_of(name, section, defaults, base)));
  auto rank = [&](const RepositoryEntry& entry) {
    return entry.priority.value_or(entry.name == out.main ? main_priority : 0);
  };
  // Of equal ones Portage lets the later name win.
  std::sort(out.repositories.begin(), out.repositories.end(), [&](const RepositoryEntry& a, const RepositoryEntry& b) {
    return std::pair(rank(a), a.name) > std::pair(rank(b), b.name);
  });
  return out;
}

}  // namespace

Result<ReposConf> parse_repos_conf(std::string_view text, std::string_view shown, const fs::path& base) {
  return conf_of(parse_lines(std::string(text), shown), base);
}

Result<ReposConf> read_repos_conf(const fs::path& path, const fs::path& base) {
  return conf_of(TRY(read_lines(path, Folders::recursive)), base);
}

}  // namespace cooper::repository

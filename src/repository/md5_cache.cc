#include "repository/md5_cache.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::repository {

namespace {

Result<> parse_eclasses(std::string_view value, int line, CacheEntry& entry) {
  if (value.empty()) return {};
  std::vector<std::string_view> parts = util::split(value, '\t');
  if (parts.size() % 2)
    return fail(ErrorKind::usage, "_eclasses_ is not a list of names and checksums", std::to_string(line));
  for (size_t i = 0; i < parts.size(); i += 2) entry.eclasses.emplace_back(parts[i], parts[i + 1]);
  return {};
}

}  // namespace

Result<CacheEntry> parse_cache_entry(std::string_view text) {
  CacheEntry entry;
  int number = 0;
  for (std::string_view line : util::lines(text)) {
    ++number;
    if (line.empty()) continue;
    size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fail(ErrorKind::usage, "a line of the metadata cache is not KEY=VALUE", std::to_string(number));
    std::string_view key = line.substr(0, equals), value = line.substr(equals + 1);
    if (key == "_md5_")
      entry.md5 = value;
    else if (key == "_eclasses_")
      TRY(parse_eclasses(value, number, entry));
    else
      entry.keys.insert_or_assign(std::string(key), std::string(value));
  }
  return entry;
}

std::string cache_entry_text(const CacheEntry& entry) {
  std::string text = keys_text(entry.keys);
  if (!entry.eclasses.empty()) {
    auto sorted = entry.eclasses;
    std::sort(sorted.begin(), sorted.end());
    std::string list;
    for (const auto& [name, md5] : sorted) list += fmt::format("{}{}\t{}", list.empty() ? "" : "\t", name, md5);
    text += fmt::format("_eclasses_={}\n", list);
  }
  text += fmt::format("_md5_={}\n", entry.md5);
  return text;
}

}  // namespace cooper::repository

#include "repository/md5_cache.h"

#include <algorithm>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "util/text.h"

namespace cooper::repository {

using ebuild::DependencyKind;
using ebuild::DependencyNode;
using ebuild::Eapi;

namespace {

std::string_view value_of(const MetadataKeys& keys, std::string_view key) {
  auto it = keys.find(key);
  return it == keys.end() ? std::string_view() : std::string_view(it->second);
}

std::vector<std::string> word_list(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view word : util::words(text)) out.emplace_back(word);
  return out;
}

Result<> parse_key(const MetadataKeys& keys, std::string_view key, DependencyKind kind, const Eapi& eapi,
                   DependencyNode& out) {
  std::string_view text = value_of(keys, key);
  if (text.empty()) return {};
  auto node = ebuild::parse_dependency(text, kind, eapi);
  if (!node) {
    node.error().where = key;
    return std::unexpected(std::move(node).error());
  }
  out = std::move(*node);
  return {};
}

Result<> parse_slot(const MetadataKeys& keys, const Eapi& eapi, Metadata& out) {
  std::string_view text = value_of(keys, "SLOT");
  if (text.empty()) return fail(ErrorKind::usage, "SLOT is not set", "SLOT", "every ebuild must set it (PMS 7.2)");
  size_t slash = text.find('/');
  std::string_view slot = text.substr(0, slash);
  std::string_view subslot = slash == std::string_view::npos ? slot : text.substr(slash + 1);
  if (!ebuild::is_slot_name(slot) || !ebuild::is_slot_name(subslot))
    return fail(ErrorKind::usage, fmt::format("'{}' is not a legal slot", text), "SLOT", "see PMS 3.1.3");
  if (slash != std::string_view::npos && !eapi.slot_operators)
    return fail(ErrorKind::usage, fmt::format("'{}' has a subslot, which EAPI {} does not know", text, eapi.name),
                "SLOT", "subslots came with EAPI 5");
  out.slot = slot;
  out.subslot = subslot;
  return {};
}

Result<> parse_iuse(const MetadataKeys& keys, Metadata& out) {
  for (std::string_view word : util::words(value_of(keys, "IUSE"))) {
    int value = word.front() == '+' ? 1 : word.front() == '-' ? -1 : 0;
    std::string_view flag = value ? word.substr(1) : word;
    if (!ebuild::is_use_flag_name(flag))
      return fail(ErrorKind::usage, fmt::format("'{}' is not a legal USE flag", word), "IUSE", "see PMS 3.1.4");
    // A flag that an eclass names again: a default, where either gives one, holds.
    auto same = std::find_if(out.iuse.begin(), out.iuse.end(), [&](const auto& known) { return known.first == flag; });
    if (same == out.iuse.end())
      out.iuse.emplace_back(flag, value);
    else if (value)
      same->second = value;
  }
  return {};
}

Result<> parse_trees(const MetadataKeys& keys, const Eapi& eapi, Metadata& out) {
  TRY(parse_key(keys, "DEPEND", DependencyKind::packages, eapi, out.depend));
  TRY(parse_key(keys, "RDEPEND", DependencyKind::packages, eapi, out.rdepend));
  TRY(parse_key(keys, "PDEPEND", DependencyKind::packages, eapi, out.pdepend));
  if (eapi.bdepend) TRY(parse_key(keys, "BDEPEND", DependencyKind::packages, eapi, out.bdepend));
  if (eapi.idepend) TRY(parse_key(keys, "IDEPEND", DependencyKind::packages, eapi, out.idepend));
  if (eapi.required_use) TRY(parse_key(keys, "REQUIRED_USE", DependencyKind::required_use, eapi, out.required_use));
  TRY(parse_key(keys, "LICENSE", DependencyKind::license, eapi, out.license));
  TRY(parse_key(keys, "SRC_URI", DependencyKind::src_uri, eapi, out.src_uri));
  TRY(parse_key(keys, "RESTRICT", DependencyKind::words, eapi, out.restrict));
  TRY(parse_key(keys, "PROPERTIES", DependencyKind::words, eapi, out.properties));
  return {};
}

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
  std::string text;
  for (const auto& [key, value] : entry.keys)
    if (!value.empty()) text += fmt::format("{}={}\n", key, value);
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

Result<Metadata> parse_metadata(MetadataKeys keys) {
  Metadata out;
  std::string_view name = value_of(keys, "EAPI");
  out.eapi = ebuild::find_eapi(name.empty() ? "0" : name);
  if (!out.eapi)
    return fail(ErrorKind::usage, fmt::format("unknown EAPI '{}'", name), "EAPI",
                fmt::format("cooper knows EAPI 0 to {}", ebuild::newest_eapi().name));
  TRY(parse_slot(keys, *out.eapi, out));
  TRY(parse_iuse(keys, out));
  TRY(parse_trees(keys, *out.eapi, out));
  out.keywords = word_list(value_of(keys, "KEYWORDS"));
  out.inherited = word_list(value_of(keys, "INHERITED"));
  out.defined_phases = word_list(value_of(keys, "DEFINED_PHASES"));
  if (out.defined_phases.size() == 1 && out.defined_phases[0] == "-") out.defined_phases.clear();
  out.description = value_of(keys, "DESCRIPTION");
  out.homepage = value_of(keys, "HOMEPAGE");
  out.raw = std::move(keys);
  return out;
}

bool Metadata::has_iuse(std::string_view flag) const {
  return std::any_of(iuse.begin(), iuse.end(), [&](const auto& known) { return known.first == flag; });
}

std::string_view ebuild_eapi(std::string_view ebuild_text) {
  for (std::string_view line : util::lines(ebuild_text)) {
    line = util::trim(line);
    if (line.empty() || line.front() == '#') continue;
    if (!line.starts_with("EAPI=")) return "0";
    line.remove_prefix(5);
    char quote = !line.empty() && (line[0] == '"' || line[0] == '\'') ? line[0] : '\0';
    if (quote) line.remove_prefix(1);
    size_t end = 0;
    while (end < line.size() &&
           (std::isalnum(static_cast<unsigned char>(line[end])) || std::string_view("+_.-").contains(line[end])))
      ++end;
    std::string_view value = line.substr(0, end);
    line.remove_prefix(end);
    if (quote) {
      if (line.empty() || line[0] != quote) return "0";
      line.remove_prefix(1);
    }
    std::string_view rest = util::trim(line);
    if (!rest.empty() && (rest.data() == line.data() || rest[0] != '#')) return "0";
    return value.empty() ? "0" : value;
  }
  return "0";
}

}  // namespace cooper::repository

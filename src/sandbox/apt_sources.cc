#include "sandbox/apt_sources.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::vector<std::string> strings(std::string_view text) {
  std::vector<std::string> result;
  for (std::string_view word : util::words(text)) result.emplace_back(word);
  return result;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Options that decide whether apt trusts and reaches an archive. Others (Languages, Targets, PDiffs …) are of no use to
// a base root.
constexpr std::array<std::string_view, 7> kept_options = {
    "Signed-By", "Trusted", "Check-Valid-Until", "Valid-Until-Max", "Allow-Insecure", "Allow-Weak", "Check-Date"};

std::string_view kept_option(std::string_view name) {
  for (std::string_view option : kept_options)
    if (lower(option) == lower(name)) return option;
  return {};
}

// One stanza. Continuation lines of a value (an embedded key) keep their newline and indentation.
std::optional<AptSource> parse_stanza(const std::vector<std::string_view>& stanza) {
  AptSource source;
  bool binary = false, enabled = true;
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::string_view line : stanza) {
    if ((line.front() == ' ' || line.front() == '\t') && !fields.empty()) {
      fields.back().second += "\n" + std::string(line);
      continue;
    }
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.emplace_back(lower(util::trim(line.substr(0, colon))), util::trim(line.substr(colon + 1)));
  }
  for (const auto& [name, value] : fields) {
    if (name == "types")
      binary = contains(strings(value), "deb");
    else if (name == "uris")
      source.uris = strings(value);
    else if (name == "suites")
      source.suites = strings(value);
    else if (name == "components")
      source.components = strings(value);
    else if (name == "enabled")
      enabled = lower(value) != "no" && lower(value) != "false" && value != "0";
    else if (std::string_view option = kept_option(name); !option.empty())
      source.options.emplace_back(option, value);
  }
  if (!binary || !enabled || source.uris.empty() || source.suites.empty()) return std::nullopt;
  return source;
}

// "deb [signed-by=… arch=amd64] URI SUITE COMPONENT…"
std::optional<AptSource> parse_line(std::string_view line) {
  line = util::trim(line.substr(0, line.find('#')));
  auto first = util::words(line);
  if (first.empty() || first[0] != "deb") return std::nullopt;
  std::string_view rest = util::trim(line.substr(3));
  AptSource source;
  if (rest.starts_with('[')) {
    size_t close = rest.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    for (std::string_view word : util::words(rest.substr(1, close - 1))) {
      size_t equals = word.find('=');
      if (equals == std::string_view::npos) continue;
      std::string_view option = kept_option(word.substr(0, equals));
      std::string value(word.substr(equals + 1));
      std::replace(value.begin(), value.end(), ',', ' ');
      if (!option.empty()) source.options.emplace_back(option, value);
    }
    rest = rest.substr(close + 1);
  }
  auto words = strings(rest);
  if (words.size() < 2) return std::nullopt;
  source.uris = {words[0]};
  source.suites = {words[1]};
  source.components.assign(words.begin() + 2, words.end());
  return source;
}

// An archive of Debian itself: its path has a "debian" or "debian-security" part, or Debian's keyring signs it.
bool is_debian(const AptSource& source) {
  for (const auto& [name, value] : source.options)
    if (name == "Signed-By" && value.find("debian-archive") != std::string::npos) return true;
  for (const std::string& uri : source.uris) {
    size_t path = uri.find("//");
    path = uri.find('/', path == std::string::npos ? 0 : path + 2);
    if (path == std::string::npos) continue;
    for (std::string_view part : util::split(std::string_view(uri).substr(path), '/'))
      if (part == "debian" || part == "debian-security" || part == "debian-archive") return true;
  }
  return false;
}

// "bookworm-security" → "bookworm"; "buster/updates" → "buster".
std::string_view release_of(std::string_view suite) {
  for (std::string_view ending : {"-updates", "-security", "/updates"})
    if (suite.ends_with(ending)) return suite.substr(0, suite.size() - ending.size());
  return suite;
}

std::string stanza_text(const AptSource& source, const std::vector<std::string>& suites) {
  std::string text = fmt::format("Types: deb\nURIs: {}\nSuites: {}\nComponents: main\n", util::join(source.uris, " "),
                                 util::join(suites, " "));
  for (const auto& [name, value] : source.options) text += fmt::format("{}: {}\n", name, value);
  return text + "\n";
}

// The stanzas that hold suites of release `configured`, written for release `wanted`.
std::string select(const std::vector<AptSource>& sources, std::string_view configured, std::string_view wanted,
                   bool only_debian) {
  std::string text;
  bool has_main_suite = false;
  for (const AptSource& source : sources) {
    if (!contains(source.components, "main") || (only_debian && !is_debian(source))) continue;
    std::vector<std::string> suites;
    for (const std::string& suite : source.suites) {
      if (release_of(suite) != configured) continue;
      suites.push_back(std::string(wanted) + suite.substr(configured.size()));
      has_main_suite |= suite == configured;
    }
    if (!suites.empty()) text += stanza_text(source, suites);
  }
  return has_main_suite ? text : std::string();
}

}  // namespace

std::vector<AptSource> parse_deb822_sources(std::string_view text) {
  std::vector<AptSource> sources;
  std::vector<std::string_view> stanza;
  auto finish = [&]() {
    if (auto source = parse_stanza(stanza)) sources.push_back(std::move(*source));
    stanza.clear();
  };
  for (std::string_view line : util::lines(text)) {
    if (util::trim(line).empty())
      finish();
    else if (line.front() != '#')
      stanza.push_back(line);
  }
  finish();
  return sources;
}

std::vector<AptSource> parse_one_line_sources(std::string_view text) {
  std::vector<AptSource> sources;
  for (std::string_view line : util::lines(text))
    if (auto source = parse_line(line)) sources.push_back(std::move(*source));
  return sources;
}

Result<std::vector<AptSource>> read_apt_sources(const fs::path& folder) {
  std::vector<AptSource> sources;
  auto add = [&](std::vector<AptSource> more) { sources.insert(sources.end(), more.begin(), more.end()); };
  std::error_code ec;
  if (fs::exists(folder / "sources.list", ec))
    add(parse_one_line_sources(TRY(util::read_file(folder / "sources.list"))));
  if (!fs::is_directory(folder / "sources.list.d", ec)) return sources;
  for (const std::string& name : TRY(util::list_directory(folder / "sources.list.d"))) {
    if (name.ends_with(".list")) add(parse_one_line_sources(TRY(util::read_file(folder / "sources.list.d" / name))));
    if (name.ends_with(".sources")) add(parse_deb822_sources(TRY(util::read_file(folder / "sources.list.d" / name))));
  }
  return sources;
}

Result<std::string> debian_sources(const std::vector<AptSource>& sources, std::string_view suite) {
  for (bool only_debian : {true, false})
    if (std::string text = select(sources, suite, suite, only_debian); !text.empty()) return text;
  for (const AptSource& source : sources) {
    if (!is_debian(source)) continue;
    for (const std::string& other : source.suites)
      if (std::string text = select(sources, release_of(other), suite, true); !text.empty()) return text;
  }
  return fail(ErrorKind::failed, fmt::format("cannot make the base root debian:{}", suite), "/etc/apt",
              "apt of this machine knows no Debian archive with the component main",
              fmt::format("add one to /etc/apt/sources.list.d (Types: deb, Suites: {}, Components: main), or use "
                          "another base: tar:FILE, dir:PATH",
                          suite));
}

}  // namespace cooper::sandbox

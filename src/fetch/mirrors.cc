// Debian mirrors from the machine's own apt configuration: sources.list(5).
#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fetch/fetch.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::fetch {

namespace {

namespace fs = std::filesystem;

// One line, or one stanza, of the configuration.
struct Source {
  std::vector<std::string> uris, suites, components;
};

// `deb [ option=value … ] URI SUITE COMPONENT…`
void read_one_line(std::string_view text, std::vector<Source>& sources) {
  for (std::string_view line : util::lines(text)) {
    line = line.substr(0, line.find('#'));
    std::vector<std::string_view> words = util::words(line);
    if (words.empty() || (words[0] != "deb" && words[0] != "deb-src")) continue;
    size_t at = 1;
    if (at < words.size() && words[at].starts_with('[')) {
      while (at < words.size() && !words[at].ends_with(']')) ++at;
      ++at;
    }
    if (at + 1 >= words.size()) continue;
    Source source{{std::string(words[at])}, {std::string(words[at + 1])}, {}};
    for (at += 2; at < words.size(); ++at) source.components.emplace_back(words[at]);
    sources.push_back(std::move(source));
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::vector<std::string> strings(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view word : util::words(text)) out.emplace_back(word);
  return out;
}

void finish_stanza(std::map<std::string, std::string>& fields, std::vector<Source>& sources) {
  std::string enabled = lower(util::trim(fields["enabled"]));
  bool off = enabled == "no" || enabled == "false" || enabled == "0" || enabled == "off" || enabled == "without" ||
             enabled == "disable";
  Source source{strings(fields["uris"]), strings(fields["suites"]), strings(fields["components"])};
  if (!off && !source.uris.empty()) sources.push_back(std::move(source));
  fields.clear();
}

// deb822: stanzas of "Field: value" with continuation lines.
void read_deb822(std::string_view text, std::vector<Source>& sources) {
  std::map<std::string, std::string> fields;
  std::string field;
  for (std::string_view line : util::lines(text)) {
    if (line.starts_with('#')) continue;
    if (util::trim(line).empty()) {
      finish_stanza(fields, sources);
      field.clear();
    } else if (line[0] == ' ' || line[0] == '\t') {
      if (!field.empty()) fields[field].append(" ").append(line);
    } else if (size_t colon = line.find(':'); colon != std::string_view::npos) {
      field = lower(util::trim(line.substr(0, colon)));
      fields[field] = line.substr(colon + 1);
    }
  }
  finish_stanza(fields, sources);
}

// Suites of Debian itself. Other archives may well have a component "main", but not these names.
bool is_debian_suite(std::string_view suite) {
  static constexpr std::string_view names[] = {"stable", "oldstable",    "oldoldstable", "testing",  "unstable",
                                               "sid",    "experimental", "buster",       "bullseye", "bookworm",
                                               "trixie", "forky",        "duke"};
  static constexpr std::string_view endings[] = {"",           "-updates",          "-security",        "/updates",
                                                 "-backports", "-proposed-updates", "-backports-sloppy"};
  if (suite.starts_with("stable-") && suite.ends_with("-updates")) return true;
  return std::ranges::any_of(names, [&](std::string_view name) {
    return suite.starts_with(name) && std::ranges::find(endings, suite.substr(name.size())) != std::end(endings);
  });
}

bool is_security_suite(std::string_view suite) { return suite.ends_with("-security") || suite.ends_with("/updates"); }

// The addresses that a URI of the configuration stands for.
std::vector<std::string> addresses(const std::string& uri) {
  if (uri.starts_with("http://") || uri.starts_with("https://")) return {uri};
  if (uri.starts_with("file:")) return {"file://" + uri.substr(uri.starts_with("file://") ? 7 : 5)};
  constexpr std::string_view list = "mirror+file:";
  if (!uri.starts_with(list)) return {};
  std::string path = uri.substr(uri.starts_with("mirror+file://") ? list.size() + 2 : list.size());
  std::vector<std::string> out;
  std::string text = util::read_file(path, 1 << 20).value_or("");
  for (std::string_view line : util::lines(text)) {
    std::vector<std::string_view> words = util::words(line);
    if (!words.empty() && (words[0].starts_with("http://") || words[0].starts_with("https://")))
      out.emplace_back(words[0]);
  }
  return out;
}

}  // namespace

std::vector<std::string> debian_mirrors(const fs::path& etc) {
  std::vector<Source> sources;
  constexpr uint64_t limit = 1 << 20;
  read_one_line(util::read_file(etc / "sources.list", limit).value_or(""), sources);
  if (auto names = util::list_directory(etc / "sources.list.d")) {
    for (const std::string& name : *names) {
      if (name.starts_with('.')) continue;
      if (name.ends_with(".list"))
        read_one_line(util::read_file(etc / "sources.list.d" / name, limit).value_or(""), sources);
      if (name.ends_with(".sources"))
        read_deb822(util::read_file(etc / "sources.list.d" / name, limit).value_or(""), sources);
    }
  }
  std::vector<std::string> full, security_only;
  for (const Source& source : sources) {
    if (std::ranges::find(source.components, "main") == source.components.end()) continue;
    bool debian = std::ranges::any_of(source.suites, is_debian_suite);
    if (!debian) continue;
    bool security = std::ranges::all_of(source.suites, is_security_suite);
    for (const std::string& uri : source.uris)
      for (std::string address : addresses(uri)) {
        size_t host = address.find("://") + 3;
        while (address.size() > host && address.ends_with('/')) address.pop_back();
        if (address.size() == host) continue;
        (security ? security_only : full).push_back(std::move(address));
      }
  }
  full.insert(full.end(), security_only.begin(), security_only.end());
  std::vector<std::string> mirrors;
  for (std::string& address : full)
    if (std::ranges::find(mirrors, address) == mirrors.end()) mirrors.push_back(std::move(address));
  return mirrors;
}

std::vector<std::string> resolve_url(const std::string& url, const Options& options) {
  constexpr std::string_view scheme = "mirror://";
  if (!url.starts_with(scheme)) return {url};
  size_t slash = url.find('/', scheme.size());
  if (slash == std::string::npos) return {};
  std::string name = url.substr(scheme.size(), slash - scheme.size());
  auto known = options.mirrors.find(name);
  std::vector<std::string> bases = known != options.mirrors.end() ? known->second
                                   : name == "debian"             ? debian_mirrors()
                                                                  : std::vector<std::string>();
  std::vector<std::string> urls;
  for (std::string base : bases) {
    while (base.ends_with('/')) base.pop_back();
    urls.push_back(base + url.substr(slash));
  }
  return urls;
}

}  // namespace cooper::fetch

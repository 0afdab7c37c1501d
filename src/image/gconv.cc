#include "image/gconv.h"

#include <algorithm>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::image {

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string charset_name(std::string_view text) {
  std::string name = upper(text);
  if (!name.ends_with("//")) name += "//";
  return name;
}

// The charsets that the C library converts without any module (iconv/gconv_builtin.h).
bool is_built_in(std::string_view name) {
  for (std::string_view built_in :
       {"INTERNAL",         "ANSI_X3.4-1968//", "ASCII//",         "US-ASCII//", "ISO-10646/UCS4/", "ISO-10646/UTF8/",
        "ISO-10646/UTF-8/", "UTF-8//",          "UTF8//",          "UCS4//",     "UCS-4//",         "UCS-4LE//",
        "UCS-4BE//",        "WCHAR_T//",        "ISO-10646/UCS2/", "UCS2//",     "UCS-2//",         "UNICODELITTLE//",
        "UNICODEBIG//",     "UCS-2LE//",        "UCS-2BE//"})
    if (name == built_in) return true;
  return false;
}

}  // namespace

void parse_gconv(std::string_view text, GconvConfig& config) {
  for (std::string_view raw : util::lines(text)) {
    std::string_view line = util::trim(raw.substr(0, raw.find('#')));
    std::vector<std::string_view> words = util::words(line);
    if (words.size() >= 3 && words[0] == "alias") {
      config.aliases.emplace(upper(words[2]), upper(words[1]));
    } else if (words.size() >= 4 && words[0] == "module") {
      std::string file(words[3]);
      if (file.ends_with(".so")) file.resize(file.size() - 3);
      if (file.find('/') != std::string::npos) continue;
      config.modules.push_back({upper(words[1]), upper(words[2]), std::move(file), std::string(line)});
    }
  }
}

GconvChoice choose_gconv(const GconvConfig& config, const std::vector<std::string>& charsets) {
  GconvChoice choice;
  std::set<std::string> wanted;  // names as modules have them
  for (const std::string& charset : charsets) {
    std::string name = charset_name(charset);
    for (const auto& [real, alias] : config.aliases)
      if (alias == name) {
        name = real;
        break;
      }
    bool known = std::any_of(config.modules.begin(), config.modules.end(),
                             [&](const GconvModule& module) { return module.from == name || module.to == name; });
    if (known)
      wanted.insert(name);
    else if (!is_built_in(name))
      choice.unknown.push_back(charset);
  }
  std::string modules;
  std::set<std::string> names;
  for (const GconvModule& module : config.modules) {
    bool from = wanted.contains(module.from), to = wanted.contains(module.to);
    // Both ways between the charset and the internal form; a direct way only where both ends are wanted.
    if (!(from && (to || module.to == "INTERNAL")) && !(to && module.from == "INTERNAL")) continue;
    choice.files.insert(module.file + ".so");
    modules += module.line + "\n";
    if (from) names.insert(module.from);
    if (to) names.insert(module.to);
  }
  for (const std::string& name : names)
    for (auto [it, end] = config.aliases.equal_range(name); it != end; ++it)
      choice.config += fmt::format("alias {} {}\n", it->second, name);
  choice.config += modules;
  return choice;
}

const std::vector<std::string>& usual_charsets() {
  static const std::vector<std::string> charsets = {"ISO-8859-1", "ISO-8859-2", "ISO-8859-15", "CP1250", "CP1252",
                                                    "UTF-16",     "UTF-32",     "UTF-7",       "UNICODE"};
  return charsets;
}

}  // namespace cooper::image

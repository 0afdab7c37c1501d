#include "build/exemptions.h"

#include <fnmatch.h>
#include <regex.h>

#include "util/text.h"

namespace cooper::build {

namespace {

bool takes_globs(std::string_view check) {
  return check == "TEXTRELS" || check == "EXECSTACK" || check == "WX_LOAD" || check == "PREBUILT";
}

bool matches_expression(const std::string& pattern, const std::string& path) {
  regex_t expression;
  if (::regcomp(&expression, ("^" + pattern + "$").c_str(), REG_NOSUB) != 0) return false;
  bool matches = ::regexec(&expression, path.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&expression);
  return matches;
}

}  // namespace

Exemptions Exemptions::parse(std::string_view text) {
  Exemptions exemptions;
  for (std::string_view line : util::lines(text)) {
    size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    std::string_view pattern = line.substr(tab + 1);
    if (pattern.starts_with('/')) pattern.remove_prefix(1);
    if (!pattern.empty()) exemptions.exemptions_.push_back({std::string(line.substr(0, tab)), std::string(pattern)});
  }
  return exemptions;
}

bool Exemptions::cover(std::string_view check, const std::string& path) const {
  const bool prebuilt_counts = check != "MULTILIB_PATHS";
  for (const Exemption& exemption : exemptions_) {
    if (exemption.check != check && !(prebuilt_counts && exemption.check == "PREBUILT")) continue;
    if (takes_globs(exemption.check) ? ::fnmatch(exemption.pattern.c_str(), path.c_str(), 0) == 0
                                     : matches_expression(exemption.pattern, path))
      return true;
  }
  return false;
}

}  // namespace cooper::build

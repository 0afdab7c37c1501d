// The C library's charset converters: which modules a set of charsets needs (glibc, iconv/gconv_conf.c: the format of
// gconv-modules).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::image {

struct GconvModule {
  std::string from, to, file;  // "ISO-8859-1//", "INTERNAL", "ISO8859-1" (".so" is added)
  std::string line;            // as it stands in the configuration
};

struct GconvConfig {
  std::multimap<std::string, std::string> aliases;  // name of a charset → alias of it, upper case, with "//"
  std::vector<GconvModule> modules;
};

// Adds what one gconv-modules file says. Lines that mean nothing are ignored, as the C library does.
void parse_gconv(std::string_view text, GconvConfig& config);

struct GconvChoice {
  std::set<std::string> files;       // "ISO8859-1.so"
  std::string config;                // a gconv-modules with just these and their aliases
  std::vector<std::string> unknown;  // charsets that no module is for and that are not built in
};

// Charsets by name or alias, any case, "-" and "_" as written there.
GconvChoice choose_gconv(const GconvConfig& config, const std::vector<std::string>& charsets);

// What images get where something uses iconv and the spec does not say: the Western charsets and UTF's other forms.
const std::vector<std::string>& usual_charsets();

}  // namespace cooper::image

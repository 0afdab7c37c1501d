// The machine's own apt configuration: where its Debian archives are.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/error.h"

namespace cooper::sandbox {

// One stanza of a deb822 file or one line of a one-line file, with only what is needed here.
struct AptSource {
  std::vector<std::string> uris, suites, components;
  std::vector<std::pair<std::string, std::string>> options;  // deb822 field → value: "Signed-By", "Trusted", …
};

// sources.list and sources.list.d of `folder` ("/etc/apt"); binary archives that are enabled. Errors: failed where a
// file cannot be read.
Result<std::vector<AptSource>> read_apt_sources(const std::filesystem::path& folder);
std::vector<AptSource> parse_deb822_sources(std::string_view text);
std::vector<AptSource> parse_one_line_sources(std::string_view text);

// The Debian archives for a suite (with its -updates and -security where configured), main only, as deb822 text for
// apt. Where the suite is not configured, the machine's archives of another Debian suite stand for it. Errors: failed
// where there is none.
Result<std::string> debian_sources(const std::vector<AptSource>& sources, std::string_view suite);

}  // namespace cooper::sandbox

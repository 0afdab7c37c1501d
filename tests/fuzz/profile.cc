// make.defaults, make.conf and the line files of profiles.
#include <cstdint>
#include <string>
#include <string_view>

#include "repository/assignments.h"
#include "repository/lines.h"
#include "repository/portage_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper::repository;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_assignments(text, "make.defaults", [](std::string_view name) { return std::string(name); });
  for (const Line& line : parse_lines(text, "package.use")) (void)parse_package_line(line);
  return 0;
}

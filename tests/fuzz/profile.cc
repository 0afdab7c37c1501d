// make.defaults, make.conf, the line files of profiles, profiles/updates and repos.conf.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "repository/assignments.h"
#include "repository/lines.h"
#include "repository/portage_config.h"
#include "repository/repos_conf.h"
#include "repository/updates.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper::repository;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_assignments(text, "make.defaults", [](std::string_view name) { return std::string(name); });
  for (const Line& line : parse_lines(std::string(text), "package.use")) {
    if (line.text.empty() || line.where.text().empty()) std::abort();
    (void)line.comment();
    (void)parse_package_line(line);
  }
  std::vector<Problem> problems;
  for (const Update& update : parse_updates(std::string(text), "1Q-2020", problems))
    if (update.where.text().empty()) std::abort();
  auto conf = parse_repos_conf(text, "repos.conf", "/base");
  if (!conf && conf.error().where.empty()) std::abort();
  return 0;
}

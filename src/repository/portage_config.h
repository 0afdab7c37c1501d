// A user's etc/portage folder, read (portage(5)): the package.* files. make.conf and profile/ are read by Config.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ebuild/atom.h"
#include "repository/assignments.h"
#include "repository/config.h"
#include "repository/lines.h"
#include "util/error.h"

namespace cooper::repository {

// A line "ATOM word word …".
struct PackageLine {
  ebuild::Atom atom;
  std::vector<std::string> words;
  Place where;
};

// The assignments of an env/ file for the packages that an atom matches.
struct EnvironmentLine {
  ebuild::Atom atom;
  std::vector<Assignment> assignments;
  Place where;
};

struct PortageConfig {
  // The general before the specific, as Portage weighs them.
  std::vector<PackageLine> use, keywords, license, properties, restrictions;
  std::vector<EnvironmentLine> env;
  std::vector<Line> mask, unmask;  // as lines: "-atom" takes an earlier line away
  std::vector<Line> provided, license_groups, mirrors;
};

// The bash files, patches and saved configurations of the folder that are for a package.
UserFiles read_user_files(const std::filesystem::path& folder, const Package& package);

// Errors: usage, with file and line.
Result<PortageConfig> read_portage_config(const std::filesystem::path& folder, const Lookup& lookup);

// Reads FILE, or every file of the folder FILE, and what they `source`, as one run of assignments.
Result<std::vector<Assignment>> read_assignments(const std::filesystem::path& file, const Lookup& lookup);

// "ATOM word…" as users write them; "NAME: a b" among the words stands for name_a name_b (USE_EXPAND).
Result<PackageLine> parse_package_line(const Line& line);

}  // namespace cooper::repository

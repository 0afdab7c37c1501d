// etc/portage/repos.conf: which repositories there are, where, and in which order (portage(5)).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "util/error.h"

namespace cooper::repository {

struct RepositoryEntry {
  std::string name;
  std::filesystem::path location;
  std::optional<int> priority;
  std::optional<std::vector<std::string>> masters;  // instead of those of layout.conf
  std::vector<std::string> aliases;                 // beside those of layout.conf
  std::string where;                                // the section's file and line
};

struct ReposConf {
  std::string main;                           // main-repo, or ""
  std::vector<RepositoryEntry> repositories;  // highest priority first
};

// Reads the file or the folder of files `path`; of several that speak of a repository, a later setting wins. Without
// such a path it is empty. Relative locations begin at `base`. Errors: usage, with file and line.
Result<ReposConf> read_repos_conf(const std::filesystem::path& path, const std::filesystem::path& base);
Result<ReposConf> parse_repos_conf(std::string_view text, std::string_view shown, const std::filesystem::path& base);

}  // namespace cooper::repository

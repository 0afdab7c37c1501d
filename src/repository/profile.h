// The profile stack: a profile with all its parents, in the order that PMS 5.2.1 applies them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/eapi.h"
#include "repository/lines.h"
#include "repository/repository.h"
#include "util/error.h"

namespace cooper::repository {

struct ProfileNode {
  std::filesystem::path folder;
  std::string shown;  // "gentoo:default/linux", or the path where it is in no repository
  const ebuild::Eapi* eapi = nullptr;
  bool folders = false;           // package.mask and its kin may be folders
  bool user = false;              // the profile/ of a user's configuration
  bool has_set = false;           // `packages` holds the set @profile too (profile-formats: profile-set)
  bool repository_atoms = false;  // atoms may name a "::repository" (profile-formats: profile-repo-deps)
  // What is in the folder, sorted; nothing where it cannot be listed. Of the many files that a profile may have, most
  // have few.
  std::optional<std::vector<std::string>> names;

  // Whether the folder has such a file or folder, or may have it.
  bool has(std::string_view file) const;
  // The lines of one of its files; `where` begins with `shown`. Errors as read_lines.
  Result<std::vector<Line>> lines(std::string_view file) const;
};

// `profile` is "repository:path", ":path" or "path" in the first repository that has it, or a path to a profile folder.
// Parents come first. Errors: usage: no such profile (nearest of profiles.desc in the hint), a parent that is not
// there, parents in a loop, an EAPI that cooper does not know; with the `parent` file and line.
Result<std::vector<ProfileNode>> load_profile_stack(const std::vector<std::shared_ptr<Repository>>& repositories,
                                                    std::string_view profile);

// profiles/ of a repository, as a node whose use.mask and the like hold for the packages of that repository.
ProfileNode repository_node(const Repository& repository);
// The profile/ folder of a user's configuration.
Result<ProfileNode> user_node(const std::filesystem::path& folder);

}  // namespace cooper::repository

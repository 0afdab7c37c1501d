// metadata/layout.conf and the fixed files of profiles/: what a repository says of itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebuild/eapi.h"
#include "util/error.h"

namespace cooper::repository {

struct Layout {
  std::string name;      // profiles/repo_name
  bool unnamed = false;  // nothing names it: `name` is "x-FOLDER", as Portage has it
  std::vector<std::string> aliases;
  std::optional<std::vector<std::string>> masters;  // absent: layout.conf does not say
  bool thin_manifests = false;
  std::vector<std::string> manifest_hashes = {"BLAKE2B", "SHA512"};
  std::vector<std::string> profile_formats;                // "pms", "portage-1", "portage-2", …
  const ebuild::Eapi* unspecified_profile_eapi = nullptr;  // profile_eapi_when_unspecified, or null
  const ebuild::Eapi* profiles_eapi = nullptr;             // profiles/eapi; never null after read_layout

  bool has_profile_format(std::string_view format) const;
  // portage-1 and its successors let profile files be folders whatever the EAPI says.
  bool profile_folders() const;
  // portage-2 lets parents be "repository:path".
  bool repository_parents() const { return has_profile_format("portage-2"); }
};

// Errors: usage, where `root` is no repository, layout.conf has a bad line or profiles/eapi names an unknown EAPI.
Result<Layout> read_layout(const std::filesystem::path& root);

}  // namespace cooper::repository

// The ledger of owners that a build leaves (runtime/README.md), applied to the tree of its files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tree/tree.h"
#include "util/error.h"

namespace cooper::build {

// Numbers of users and groups by name.
struct Accounts {
  std::map<std::string, uint32_t, std::less<>> users, groups;
  void add_passwd(std::string_view text);
  void add_group(std::string_view text);
  // A sysusers.d file: lines "u NAME UID[:GID] …" and "g NAME GID …" with numbers; others have no fixed number and are
  // left out.
  void add_sysusers(std::string_view text);
};

// Adds what the files of usr/lib/sysusers.d of a root name.
void add_sysusers_of(const std::filesystem::path& root, Accounts& accounts);

// The accounts of the base root and of the layers; a layer above wins.
Accounts read_accounts(const std::filesystem::path& base, const std::vector<std::filesystem::path>& layers);

// Applies records in order. `image` is the image directory as the sandbox saw it ("/var/tmp/portage/…/image"); records
// of other places mean nothing. Errors: failed, for a name without a number.
Result<> apply_owners(std::string_view records, std::string_view image, const Accounts& accounts, tree::Tree& tree);

}  // namespace cooper::build

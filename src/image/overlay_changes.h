// What a command changed in a root, read from the upper folder of its overlay.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "image/accounts.h"
#include "image/draft.h"
#include "util/error.h"

namespace cooper::image {

// Takes the changes of an overlay's upper folder into the draft. `base` is the lower root, `owner` the package they
// belong to. What is only the base root's, and what any system makes anew (caches, temporary files, the loader's
// cache), is left out; a changed file of the base root gives a warning.
Result<> take_changes(Draft& draft, const std::filesystem::path& upper, const tree::Tree& base,
                      const std::string& owner, std::vector<std::string>& warnings);

// Applies the records of state/owners (runtime/README.md) to entries of the draft.
Result<> apply_owner_records(Draft& draft, std::string_view records, const Accounts& accounts,
                             const std::string& package);

}  // namespace cooper::image

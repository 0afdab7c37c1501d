// What a command changed in a root, read from the upper folder of its overlay.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "image/accounts.h"
#include "image/draft.h"
#include "util/error.h"

namespace cooper::image {

// Whether what lies below the image in the overlay, the base root and tools, has a path.
using LiesBelow = std::function<bool(std::string_view path)>;

// Takes the changes of an overlay's upper folder into the draft. `owner` is the package they belong to. What is not the
// image's but lies below it, and what any system makes anew (caches, temporary files, the loader's cache), is left out;
// a changed file of what lies below gives a warning.
Result<> take_changes(Draft& draft, const std::filesystem::path& upper, const LiesBelow& below,
                      const std::string& owner, std::vector<std::string>& warnings);

// The same for the changes of an image directory: the paths are those of the package's files in the draft, and what
// other packages have is left alone.
Result<> take_package_changes(Draft& draft, const std::filesystem::path& upper, const std::string& owner,
                              std::vector<std::string>& warnings);

// Applies the records of state/owners (runtime/README.md) to entries of the draft. Paths below `image`, where it is not
// "", are those of an image directory.
Result<> apply_owner_records(Draft& draft, std::string_view records, std::string_view image, const Accounts& accounts,
                             const std::string& package);

}  // namespace cooper::image

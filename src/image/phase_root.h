// The root file system that pkg_preinst and pkg_postinst find: what of the image is there by then, over the base root.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "image/draft.h"
#include "store/store.h"
#include "util/error.h"

namespace cooper::image {

// The draft without what belongs to the packages: their files, and the folders that are left empty.
Draft without_packages(const Draft& draft, std::span<const store::BuiltPackage* const> packages);

// Adds the package's own files below `folder`, as its image directory D. Where the base root has folder links (/bin),
// the image directory has them too, so that files are found by the names that the ebuild gave them.
void add_image_directory(Draft& root, const store::BuiltPackage& package, const tree::Tree& base,
                         std::string_view folder);

// The base root without what phases must not take for the image's: configuration of its own packages.
tree::Tree visible_base(const tree::Tree& base);

// Writes the root as an overlay layer into `folder`, which hides what of the base root below it is not to be seen.
Result<> write_phase_root(const Draft& root, const tree::Tree& base, const std::filesystem::path& folder);

}  // namespace cooper::image

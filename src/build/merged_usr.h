// Packages that install into /bin where the root has /bin → usr/bin.
#pragma once

#include <filesystem>

#include "tree/tree.h"
#include "util/error.h"

namespace cooper::build {

// Moves what lies in folders that are links in the base root (bin, sbin, lib, lib64, …) to where the links lead, on
// disk below `image` and in its tree, as merging into such a root does: a layer with a real /bin would hide the link.
// Links between the two places that would then point at themselves go. Errors: failed, where the package has different
// files in both places. Returns whether anything was moved.
Result<bool> follow_folder_links(tree::Tree& tree, const std::filesystem::path& image, const tree::Tree& base);

}  // namespace cooper::build

// From the image directory that a build left to a tree: what the disk cannot say is added, what must not differ from
// build to build is taken away.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "build/action.h"
#include "build/build_folder.h"
#include "build/environment.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::build {

// The tree with the owners that programs gave its files (`given`, in order), and owners, capabilities and devices of
// the ledger; `warnings` gets what was mended. Errors: failed, also where the ebuild put something else in the place of
// its image directory.
Result<tree::Tree> collect_tree(const BuildAction& action, const phases::PackageNames& names, const BuildFolder& folder,
                                const store::BaseRoot& base, const std::vector<sandbox::OwnershipChange>& given,
                                std::vector<std::string>& warnings);

// Facts of every ELF file.
Result<std::vector<tree::ElfFacts>> collect_elf(const tree::Tree& tree);

}  // namespace cooper::build

// The kinds of base roots: each makes one in a scratch folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sandbox/base_root.h"
#include "store/store.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::sandbox {

// What a base root is made from, hashed to find it again: all that decides its content but the archive's state.
std::string debian_recipe(std::string_view suite);
// Makes a Debian root below `root` (empty) with mmdebstrap. Errors: sandbox, where this user cannot make one here, with
// the remedy.
Result<tree::Tree> make_debian_root(const store::Store& store, std::string_view suite,
                                    const std::filesystem::path& root, const BaseOptions& options);

// Names each file's Debian package, removes what no build needs or what differs from run to run, and the development
// files of all libraries but the C and compiler runtimes; on disk and in the tree. `epoch` is the latest mtime.
Result<> tidy_debian_root(const std::filesystem::path& root, tree::Tree& tree, int64_t epoch);

// Puts files into a Debian root that make it answer to the names and places of a Gentoo one (debian_stand_ins.cc).
// `machine` as uname names it.
Result<> add_debian_stand_ins(const std::filesystem::path& root, tree::Tree& tree, std::string_view machine,
                              int64_t epoch);
// What that does, for the recipe.
std::string debian_stand_ins_recipe(std::string_view machine);

}  // namespace cooper::sandbox

// What lets programs of a build root find the libraries of its packages.
#pragma once

#include <filesystem>
#include <vector>

#include "build/action.h"
#include "util/error.h"

namespace cooper::build {

// Debian's loader searches no lib64, and a system's ldconfig would know what LDPATH of etc/env.d names. Writes
// etc/ld.so.cache below `target` with the libraries that the layers have in such folders, and the links to them that a
// system's ldconfig would make (libfoo.so.1 → libfoo.so.1.2), and answers whether there are any. Libraries of packages
// come before those of the base root, as versions to build against come first too.
Result<bool> write_loader_cache(const std::vector<ActionLayer>& layers, const std::filesystem::path& base,
                                const std::filesystem::path& target);

}  // namespace cooper::build

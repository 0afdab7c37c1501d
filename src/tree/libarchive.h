// libarchive is loaded when an archive is read (libarchive.cc).
#pragma once

#include <string>

namespace cooper::tree {

// Why it could not be loaded, or "".
const std::string& libarchive_error();

}  // namespace cooper::tree

// Whether a file is what the Manifest says.
#pragma once

#include <filesystem>
#include <string>

#include "fetch/fetch.h"

namespace cooper::fetch {

// "" where size and all known digests fit, else the reason ("its SHA512 is …"). Errors: the file cannot be read.
Result<std::string> mismatch(const std::filesystem::path& path, const Distfile& file);

// Whether the Manifest gives a digest that can be checked.
bool verifiable(const Distfile& file);

}  // namespace cooper::fetch

// The one table of the spec's keys: what the reader checks and the schema prints.
#pragma once

#include "spec/reader.h"

namespace cooper::spec {

Table<ImageSpec> image_spec_table();

// `path` from the spec's folder, where it is relative; normalised.
std::filesystem::path from_spec_folder(const Reader& reader, std::string_view path);

}  // namespace cooper::spec

// How the loader finds libraries (ld.so(8)), asked of a root that exists only as a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/draft.h"
#include "tree/elf.h"

namespace cooper::image {

// The folders that the loader searches in this image by default, canonical ("usr/lib64"), each once and only where they
// exist: what etc/ld.so.conf and its conf.d name, LDPATH of etc/env.d, the usual folders, then `more` (those of the
// base root).
std::vector<std::string> library_folders(const Draft& draft, const std::vector<std::string>& more);

// The file of `soname` that `needer` gets, by its RUNPATH and then the folders. nullptr where there is none of its
// machine.
const tree::Entry* find_library(const Draft& draft, const tree::ElfFacts& needer, std::string_view soname,
                                const std::vector<std::string>& folders);

// RUNPATH with $ORIGIN, $LIB and $PLATFORM replaced, canonical.
std::vector<std::string> expand_runpath(const tree::ElfFacts& elf);

// Whether one of the names stands in the file as a whole string: how symbols that programs use by name are found.
bool mentions(const tree::Entry& file, std::initializer_list<std::string_view> names);

}  // namespace cooper::image

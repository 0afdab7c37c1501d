// The last look at an image: whether everything that it refers to is in it.
#pragma once

#include <string>
#include <vector>

#include "image/accounts.h"
#include "image/draft.h"
#include "spec/spec.h"
#include "util/error.h"

namespace cooper::image {

// Every interpreter and every NEEDED of every ELF file, the entrypoint's program and the config's user must be there,
// or it is an error that names file and library. Interpreters of scripts and targets of symlinks that are not there
// become warnings: such files may never be used.
Result<> prove(const Draft& draft, const spec::ImageSpec& spec, const Accounts& accounts,
               const std::vector<std::string>& folders, std::vector<std::string>& warnings);

// The file that running `program` starts, by `path` ("/usr/bin:/bin") where it has no slash; nullptr where there is
// none.
const tree::Entry* find_program(const Lookup& lookup, std::string_view program, std::string_view path);

// PATH of "NAME=value" lines, or the one that cooper's images get.
std::string path_of(const std::vector<std::string>& environment);

}  // namespace cooper::image

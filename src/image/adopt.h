// Takes from the base root what the image's programs need of the C library and the compiler, and nothing else.
#pragma once

#include <vector>

#include "image/draft.h"
#include "image/image.h"
#include "util/error.h"

namespace cooper::image {

// Starts from every ELF file of the image and follows interpreter and NEEDED as the loader does. What the image has
// not, and BaseDescription::adoptable allows, is copied from the base root with its chain of symlinks and its own
// needs. What no NEEDED shows is added by what the programs refer to: libgcc_s where threads are cancelled (the C
// library loads it by name then), charset modules where iconv is used. Errors: failed, all missing libraries named with
// the file that needs each and the base package that would have it.
Result<std::vector<Adoption>> adopt(Draft& draft, const AssembleInput& input, std::vector<std::string>& warnings);

}  // namespace cooper::image

// /etc/ld.so.conf and /etc/ld.so.cache: where the loader finds libraries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/draft.h"
#include "tree/ld_cache.h"
#include "util/error.h"

namespace cooper::image {

// libfoo.so.1 → libfoo.so.1.2.3 where a package brought only the latter: on a running system ldconfig makes these
// links. `folders` are canonical.
Result<> put_soname_links(Draft& draft, const std::vector<std::string>& folders);

// The libraries of a folder, as the cache names them.
std::vector<tree::CachedLibrary> cached_libraries(const Draft& draft, std::string_view folder);

// Writes both files from the libraries in `folders`. Does nothing where the image has no loader of the GNU C library:
// nothing else reads them.
Result<> put_ld_cache(Draft& draft, const std::vector<std::string>& folders);

}  // namespace cooper::image

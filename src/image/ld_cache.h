// /etc/ld.so.conf and /etc/ld.so.cache: where the loader finds libraries.
#pragma once

#include <string>
#include <vector>

#include "image/draft.h"
#include "util/error.h"

namespace cooper::image {

struct CachedLibrary {
  std::string soname, path;  // "libz.so.1" → "/usr/lib64/libz.so.1"
  std::string machine;       // as ElfFacts
  int bits = 64;
};

// The bytes of the cache, format glibc-ld.so.cache1.1 (glibc, sysdeps/generic/dl-cache.h), what `ldconfig` writes.
// cooper writes it itself: that needs no root on disk and works for images of every architecture. Of equal sonames the
// first wins.
std::string ld_cache(std::vector<CachedLibrary> libraries);

// libfoo.so.1 → libfoo.so.1.2.3 where a package brought only the latter: on a running system ldconfig makes these
// links. `folders` are canonical.
Result<> put_soname_links(Draft& draft, const std::vector<std::string>& folders);

// Writes both files from the libraries in `folders`. Does nothing where the image has no loader of the GNU C library:
// nothing else reads them.
Result<> put_ld_cache(Draft& draft, const std::vector<std::string>& folders);

}  // namespace cooper::image

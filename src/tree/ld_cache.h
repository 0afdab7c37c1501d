// The loader's cache of libraries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::tree {

struct CachedLibrary {
  std::string soname, path;  // "libz.so.1" → "/usr/lib64/libz.so.1"
  std::string machine;       // as ElfFacts
  int bits = 64;
};

// The bytes of the cache, format glibc-ld.so.cache1.1 (glibc, sysdeps/generic/dl-cache.h), what `ldconfig` writes.
// cooper writes it itself: that needs no root on disk and works for roots of every architecture. Of equal sonames the
// first wins.
std::string ld_cache(std::vector<CachedLibrary> libraries);

// Whether ldconfig would take a file of this name for a library.
bool is_library_name(std::string_view name);

}  // namespace cooper::tree

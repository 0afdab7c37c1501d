// Entries of metadata/md5-cache: no crash, and what is written reads back equal.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ebuild/eapi.h"
#include "repository/md5_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper::repository;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)cooper::ebuild::eapi_of_ebuild(text);
  auto entry = parse_cache_entry(text);
  if (!entry) return 0;
  std::string written = cache_entry_text(*entry);
  auto again = parse_cache_entry(written);
  if (!again || cache_entry_text(*again) != written) std::abort();
  (void)metadata_of(entry->keys);
  return 0;
}

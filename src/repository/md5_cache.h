// Metadata as text: the md5-dict format of metadata/md5-cache (PMS 14.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "repository/metadata.h"
#include "util/error.h"

namespace cooper::repository {

struct CacheEntry {
  MetadataKeys keys;                                          // without those below
  std::string md5;                                            // _md5_: of the ebuild, lower-case hex
  std::vector<std::pair<std::string, std::string>> eclasses;  // _eclasses_: name, MD5
};

// Errors: usage, `where` is the line number.
Result<CacheEntry> parse_cache_entry(std::string_view text);
// Keys in byte order, empty ones left out, as egencache writes them.
std::string cache_entry_text(const CacheEntry& entry);

}  // namespace cooper::repository

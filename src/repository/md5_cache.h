// Metadata as text: the md5-dict format of metadata/md5-cache (PMS 14.3), and from it the parsed form.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "repository/repository.h"
#include "util/error.h"

namespace cooper::repository {

using MetadataKeys = std::map<std::string, std::string, std::less<>>;

struct CacheEntry {
  MetadataKeys keys;                                          // without those below
  std::string md5;                                            // _md5_: of the ebuild, lower-case hex
  std::vector<std::pair<std::string, std::string>> eclasses;  // _eclasses_: name, MD5
};

// Errors: usage, `where` is the line number.
Result<CacheEntry> parse_cache_entry(std::string_view text);
// Keys in byte order, empty ones left out, as egencache writes them.
std::string cache_entry_text(const CacheEntry& entry);

// Parses every key as its EAPI rules. `inherited` is INHERITED where there is such a key.
// Errors: usage, `where` is the key's name.
Result<Metadata> parse_metadata(MetadataKeys keys);

// The EAPI that an ebuild's first assignment names, "0" where there is none (PMS 7.3.1).
std::string_view ebuild_eapi(std::string_view ebuild_text);

}  // namespace cooper::repository

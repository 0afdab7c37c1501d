// A quick 64-bit checksum: tells accidental changes, not malicious ones. For caches that are made anew where it
// differs.
#pragma once

#include <cstdint>
#include <string_view>

namespace cooper::util {

uint64_t checksum(std::string_view bytes, uint64_t seed = 0);

}  // namespace cooper::util

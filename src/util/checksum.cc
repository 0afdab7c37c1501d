#include "util/checksum.h"

#include <cstring>

namespace cooper::util {

namespace {

// The high and the low half of a 128-bit product, folded: every bit of the input reaches half of the output's.
uint64_t fold(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

constexpr uint64_t first_factor = 0x9E3779B97F4A7C15, second_factor = 0xD6E8FEB86659FD93;

}  // namespace

uint64_t checksum(std::string_view bytes, uint64_t seed) {
  uint64_t sum = fold(seed ^ first_factor, bytes.size() ^ second_factor);
  while (bytes.size() >= 16) {
    uint64_t words[2];
    std::memcpy(words, bytes.data(), 16);
    sum = fold(sum ^ words[0], first_factor ^ words[1]);
    bytes.remove_prefix(16);
  }
  uint64_t rest[2] = {};
  if (!bytes.empty()) std::memcpy(rest, bytes.data(), bytes.size());
  return fold(fold(sum ^ rest[0], first_factor ^ rest[1]), second_factor);
}

}  // namespace cooper::util

// Versions: what parses prints as it was, agrees with is_valid, and is ordered consistently against another.
#include "ebuild/version.h"

#include <cstdint>
#include <cstdlib>

using cooper::ebuild::Version;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  size_t cut = input.find('\n');
  std::string_view left = input.substr(0, cut), right = cut == std::string_view::npos ? left : input.substr(cut + 1);
  auto a = Version::parse(left), b = Version::parse(right);
  require(a.has_value() == Version::is_valid(left));
  if (!a) return 0;
  require(a->text() == left && a->has_prefix(*a) && *a == *Version::parse(a->text()));
  std::string again = std::string(a->without_revision()) + "-" + std::string(a->revision());
  require(Version::is_valid(again) && *Version::parse(again) == *a);
  if (!b) return 0;
  require((*a < *b) == (*b > *a) && (*a == *b) == (*b == *a) && (*a < *b) + (*a == *b) + (*a > *b) == 1);
  if (*a == *b) require(a->same_but_revision(*b));
  return 0;
}

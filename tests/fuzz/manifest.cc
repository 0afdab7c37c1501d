// Manifests: what parses is written so that it parses to the same again, and no name leaves the folder.
#include "ebuild/manifest.h"

#include <cstdint>
#include <cstdlib>

using cooper::ebuild::Manifest;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto manifest = Manifest::parse({reinterpret_cast<const char*>(data), size});
  if (!manifest) {
    require(!manifest.error().where.empty());
    return 0;
  }
  std::string text = manifest->text();
  auto again = Manifest::parse(text);
  require(again.has_value() && again->text() == text && again->entries.size() == manifest->entries.size());
  for (const auto& entry : manifest->entries) {
    require(manifest->find(entry.type, entry.name) != nullptr);
    if (entry.type != "TIMESTAMP") require(!entry.name.empty() && entry.name[0] != '/' && entry.name != "..");
  }
  return 0;
}

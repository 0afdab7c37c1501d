// The JSON documents of images that anybody may have made: parsed without a crash, and what parses prints and parses
// again.
#include <cstdint>
#include <cstdlib>

#include "image/oci.h"

using namespace cooper::image;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto index = parse_index(text, "index")) {
    std::string printed = to_json(*index);
    auto again = parse_index(printed, "again");
    if (!again || to_json(*again) != printed) std::abort();
    for (const Descriptor& manifest : index->manifests)
      if (blob_path(manifest.digest).size() != 77) std::abort();
  }
  if (auto manifest = parse_manifest(text, "manifest")) {
    auto again = parse_manifest(to_json(*manifest), "again");
    if (!again || again->layers.size() != manifest->layers.size()) std::abort();
  }
  if (auto config = parse_config(text, "config")) {
    auto again = parse_config(to_json(*config), "again");
    if (!again || again->config.env != config->config.env || again->diff_ids != config->diff_ids) std::abort();
  }
  (void)parse_docker_manifest(text, "manifest.json");
  return 0;
}

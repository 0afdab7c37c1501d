// OCI layout folders: finding the image in one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "image/image.h"
#include "image/oci.h"
#include "util/error.h"

namespace cooper::image {

// One image of a layout, its documents read and their digests checked. The layers are only named.
struct LayoutImage {
  std::filesystem::path directory;
  Descriptor descriptor;  // of the manifest, as the index has it
  Manifest manifest;
  ConfigDocument config;
  std::filesystem::path blob(const Descriptor& wanted) const { return directory / blob_path(wanted.digest); }
};

// `tag` chooses by org.opencontainers.image.ref.name; "" takes the only image (or the one for this machine's
// architecture of an index within). Errors: failed, usage where the tag is not there (the tags that are, in the hint).
Result<LayoutImage> open_layout(const std::filesystem::path& directory, std::string_view tag = {});

// The machine's architecture in OCI words: "amd64", "arm64", …
std::string host_architecture();

}  // namespace cooper::image

// One layer: a tree as a compressed tar in a blobs folder.
#pragma once

#include <filesystem>
#include <string>

#include "image/oci.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::image {

struct WrittenLayer {
  Descriptor descriptor;  // of the compressed blob
  std::string diff_id;    // "sha256:…" of the tar before compression
};

// Streams the tree through tar, digest, gzip and digest into DIRECTORY/blobs/sha256/DIGEST: nothing is held whole in
// memory.
Result<WrittenLayer> write_layer(const tree::Tree& tree, const std::filesystem::path& directory);

// A small blob: config or manifest. Gives its descriptor.
Result<Descriptor> write_blob(std::string_view content, const char* media_type, const std::filesystem::path& directory);

}  // namespace cooper::image

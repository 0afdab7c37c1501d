#include "image/layer.h"

#include <thread>

#include "image/gzip.h"
#include "image/output.h"
#include "image/tar.h"
#include "util/hash.h"

namespace cooper::image {

Result<WrittenLayer> write_layer(const tree::Tree& tree, const std::filesystem::path& directory) {
  std::filesystem::path temporary = directory / "blobs/sha256/.layer";
  OutputFile file = TRY(OutputFile::create(temporary));
  util::Hasher diff(util::HashAlgorithm::sha256);
  GzipWriter gzip(file.sink(), gzip_level, std::max(1u, std::thread::hardware_concurrency()));
  TRY(write_tar(tree, [&](std::string_view bytes) {
    diff.update(bytes);
    return gzip.write(bytes);
  }));
  TRY(gzip.finish());
  uint64_t size = file.size();
  WrittenLayer layer;
  layer.descriptor = {layer_media_type, "sha256:" + TRY(file.finish()), size};
  layer.diff_id = "sha256:" + diff.hex();
  TRY(move_into_place(temporary, directory / blob_path(layer.descriptor.digest)));
  return layer;
}

Result<Descriptor> write_blob(std::string_view content, const char* media_type,
                              const std::filesystem::path& directory) {
  Descriptor descriptor{media_type, "sha256:" + util::hash(util::HashAlgorithm::sha256, content), content.size()};
  TRY(util::write_file(directory / blob_path(descriptor.digest), content));
  return descriptor;
}

}  // namespace cooper::image

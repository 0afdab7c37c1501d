#include "cli/base.h"

#include <fmt/format.h>

#include "image/image.h"

namespace cooper::cli {

namespace fs = std::filesystem;

Result<store::BaseRoot> base_root(const store::Store& store, const std::string& from,
                                  const sandbox::BaseOptions& options) {
  if (!from.starts_with("oci:")) return sandbox::obtain_base(store, from, options);
  std::string reference = from.substr(4);
  if (options.progress) options.progress(fmt::format("reading {}", reference));
  std::string recipe = "image:" + TRY(image::image_identity(reference, store));
  return sandbox::find_or_make_base(store, recipe, [&](const fs::path& root) -> Result<tree::Tree> {
    if (options.progress) options.progress(fmt::format("unpacking {}", reference));
    image::LoadedImage image = TRY(image::load_image(reference, store));
    // The files are moved, not copied: both folders are scratch of the same store.
    std::error_code ec;
    fs::remove(root, ec);
    fs::rename(image.root, root, ec);
    if (ec) return fail(ErrorKind::failed, "the unpacked image cannot be moved", root, ec.message());
    for (tree::Entry& entry : image.tree.entries) {
      entry.owner = "(base)";
      if (!entry.source.empty()) entry.source = root / entry.path;
    }
    return std::move(image.tree);
  });
}

}  // namespace cooper::cli

// Takes images apart again, in whatever form they are.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "image/document.h"
#include "image/image.h"
#include "image/layout.h"
#include "tree/archive.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

// An image as a list of layer files; everything that can be loaded becomes this.
struct Parts {
  ConfigDocument config;
  std::vector<fs::path> layers;
  std::vector<std::string> digests;  // of the layers; empty where the form has none
  std::string name, tag, manifest_digest;
};

Parts parts_of(const LayoutImage& image) {
  Parts parts{image.config, {}, {}, {}, {}, image.descriptor.digest};
  for (const Descriptor& layer : image.manifest.layers) {
    parts.layers.push_back(image.blob(layer));
    parts.digests.push_back(layer.digest);
  }
  auto find = [](const auto& map, const char* key) {
    auto at = map.find(key);
    return at == map.end() ? std::string() : at->second;
  };
  parts.name = find(image.manifest.annotations, "org.opencontainers.image.title");
  parts.tag = find(image.descriptor.annotations, ref_name_annotation);
  return parts;
}

// skopeo's folder of blobs.
Result<Parts> from_dir(const fs::path& directory) {
  fs::path file = directory / "manifest.json";
  std::string text = TRY(util::read_file(file, document_limit));
  Manifest manifest = TRY(parse_manifest(text, file));
  fs::path config = directory / manifest.config.digest.substr(7);
  Parts parts;
  parts.config = TRY(parse_config(TRY(util::read_file(config, document_limit)), config));
  parts.manifest_digest = "sha256:" + util::hash(util::HashAlgorithm::sha256, text);
  for (const Descriptor& layer : manifest.layers) {
    parts.layers.push_back(directory / layer.digest.substr(7));
    parts.digests.push_back(layer.digest);
  }
  return parts;
}

// An unpacked `docker save` archive.
Result<Parts> from_docker(const fs::path& directory, std::string_view tag) {
  fs::path file = directory / "manifest.json";
  std::vector<DockerImage> images =
      TRY(parse_docker_manifest(TRY(util::read_file(file, document_limit)), "manifest.json"));
  auto has_tag = [&](const DockerImage& image) {
    return tag.empty() || std::find(image.tags.begin(), image.tags.end(), tag) != image.tags.end();
  };
  auto image = std::find_if(images.begin(), images.end(), has_tag);
  if (image == images.end()) return fail(ErrorKind::usage, fmt::format("the archive has no image '{}'", tag));
  Parts parts;
  std::vector<std::string> names = image->layers;
  names.push_back(image->config);
  for (const std::string& name : names)
    if (!tree::valid_path(name))
      return fail(ErrorKind::failed, "the image is damaged", "manifest.json", "it names a file outside the archive");
  parts.config = TRY(parse_config(TRY(util::read_file(directory / image->config, document_limit)), image->config));
  for (const std::string& layer : image->layers) parts.layers.push_back(directory / layer);
  if (!image->tags.empty()) {
    size_t colon = image->tags[0].rfind(':');
    parts.name = image->tags[0].substr(0, colon);
    if (colon != std::string::npos) parts.tag = image->tags[0].substr(colon + 1);
  }
  return parts;
}

// The newest image of that name in the store.
Result<std::optional<Parts>> from_store(std::string_view reference, const store::Store& store) {
  std::error_code ec;
  if (!fs::is_directory(store.images(), ec)) return std::nullopt;
  std::string_view name = reference.substr(0, reference.rfind(':'));
  std::optional<Parts> best;
  fs::file_time_type best_time{};
  for (const std::string& key : TRY(util::list_directory(store.images()))) {
    auto image = open_layout(store.images() / key);
    if (!image) continue;  // being written, or damaged: `cooper build` makes it again
    Parts parts = parts_of(*image);
    if (reference != parts.name && (name != parts.name || reference.substr(name.size() + 1) != parts.tag)) continue;
    auto time = fs::last_write_time(store.images() / key / "index.json", ec);
    if (!best || time > best_time) best = std::move(parts), best_time = time;
  }
  return best;
}

bool known(std::string_view transport) {
  return transport == "oci" || transport == "oci-archive" || transport == "docker-archive" || transport == "dir" ||
         transport == "tar";
}

bool is_there(const fs::path& path) {
  std::error_code ec;
  return fs::exists(path, ec);
}

// PATH:TAG where PATH:TAG itself is no file.
std::pair<std::string, std::string> split_tag(std::string_view text) {
  size_t colon = text.rfind(':');
  if (is_there(text) || colon == std::string_view::npos || !is_there(text.substr(0, colon)))
    return {std::string(text), {}};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

// What lies at a path, by its content. An archive is unpacked into `scratch` first.
Result<std::optional<Parts>> from_path(const fs::path& path, std::string_view tag, const fs::path& scratch) {
  if (is_there(path / "oci-layout") || is_there(path / "index.json")) return parts_of(TRY(open_layout(path, tag)));
  std::error_code ec;
  if (fs::is_directory(path, ec)) {
    if (is_there(path / "manifest.json")) return TRY(from_dir(path));
    return fail(ErrorKind::usage, "the folder holds no image", path,
                "there is neither index.json (OCI layout) nor manifest.json (skopeo's dir:)");
  }
  fs::path unpacked = scratch / "archive";
  TRY(util::make_directories(unpacked));
  TRY(tree::extract_tar(path, unpacked));
  if (is_there(unpacked / "index.json"))
    return parts_of(TRY(open_layout(unpacked, is_there(unpacked / "manifest.json") ? "" : tag)));
  if (is_there(unpacked / "manifest.json")) return TRY(from_docker(unpacked, tag));
  return std::nullopt;  // a plain root file system
}

// Where a reference points: transport (or ""), path, tag.
struct Place {
  std::string_view transport;
  std::string path, tag;
};

Place place_of(std::string_view reference) {
  size_t colon = reference.find(':');
  std::string_view transport = colon == std::string_view::npos ? "" : reference.substr(0, colon);
  std::string_view place = known(transport) ? reference.substr(colon + 1) : reference;
  auto [path, tag] =
      transport == "docker-archive" && place.find(':') != std::string_view::npos && !is_there(place)
          ? std::pair(std::string(place.substr(0, place.find(':'))), std::string(place.substr(place.find(':') + 1)))
          : split_tag(place);
  return {known(transport) ? transport : "", std::move(path), std::move(tag)};
}

Result<Parts> find_parts(std::string_view reference, const store::Store& store, const fs::path& scratch) {
  auto [transport, path, tag] = place_of(reference);
  if (!is_there(path)) {
    if (transport.empty())
      if (auto parts = TRY(from_store(reference, store))) return std::move(*parts);
    return fail(ErrorKind::usage, fmt::format("no image '{}'", reference), path,
                "there is no such file or folder, and the store has no image of that name",
                "build one with `cooper build SPEC`, or name it as oci:DIR, docker-archive:FILE, …");
  }
  if (transport != "tar")
    if (auto parts = TRY(from_path(path, tag, scratch))) return std::move(*parts);
  return Parts{{.architecture = host_architecture()}, {fs::path(path)}, {}, fs::path(path).stem().string(), {}, {}};
}

}  // namespace

Result<std::string> image_identity(std::string_view reference, const store::Store& store) {
  Place place = place_of(reference);
  std::error_code ec;
  if (!fs::is_regular_file(place.path, ec)) return TRY(find_parts(reference, store, {})).manifest_digest;
  std::string digest = "sha256:" + TRY(util::hash_file(util::HashAlgorithm::sha256, place.path));
  return place.tag.empty() ? digest : fmt::format("{} {}", digest, place.tag);
}

Result<LoadedImage> load_image(std::string_view reference, const store::Store& store) {
  auto scratch = std::make_shared<util::TemporaryDirectory>(TRY(store.scratch("image")));
  Parts parts = TRY(find_parts(reference, store, scratch->path()));
  LoadedImage image;
  image.root = scratch->path() / "root";
  TRY(util::make_directories(image.root));
  for (size_t i = 0; i < parts.layers.size(); ++i) {
    const fs::path& layer = parts.layers[i];
    if (i < parts.digests.size() &&
        "sha256:" + TRY(util::hash_file(util::HashAlgorithm::sha256, layer)) != parts.digests[i])
      return fail(ErrorKind::failed, "the image is damaged", layer,
                  "the layer does not have the digest that the manifest gives");
    TRY(tree::apply_tar(layer, image.root, image.tree, {.layer = true}));
  }
  image.config = std::move(parts.config.config);
  image.architecture = parts.config.architecture;
  image.name = std::move(parts.name);
  image.tag = std::move(parts.tag);
  image.manifest_digest = std::move(parts.manifest_digest);
  image.scratch = std::move(scratch);
  return image;
}

}  // namespace cooper::image

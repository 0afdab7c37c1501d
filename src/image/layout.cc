#include "image/layout.h"

#include <sys/utsname.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "image/document.h"
#include "image/layer.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* shares_annotation = "cooper.shares";
constexpr const char* adopted_annotation = "cooper.adopted";
constexpr const char* title_annotation = "org.opencontainers.image.title";
constexpr const char* version_annotation = "org.opencontainers.image.version";
constexpr const char* default_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// What cooper knows of the image beside what OCI has words for: so a report needs nothing but the image.
std::map<std::string, std::string> annotations_of(const Image& image) {
  Json shares = Json::array(), adopted = Json::array();
  for (const PackageShare& share : image.shares)
    shares.push_back({share.owner, share.bytes, share.trimmed, share.files});
  for (const Adoption& adoption : image.adopted)
    adopted.push_back({adoption.path, adoption.soname, adoption.reason, adoption.base_package, adoption.needed_by});
  return {{"org.opencontainers.image.created", rfc3339(image.created)},
          {title_annotation, image.name},
          {version_annotation, image.tag},
          {shares_annotation, document_text(shares)},
          {adopted_annotation, document_text(adopted)}};
}

std::string annotation(const std::map<std::string, std::string>& annotations, const char* name) {
  auto found = annotations.find(name);
  return found == annotations.end() ? std::string() : found->second;
}

// Anybody may have written them: what does not fit is left out.
void read_annotations(const std::map<std::string, std::string>& annotations, WrittenImage& image) {
  Json shares = Json::parse(annotation(annotations, shares_annotation), nullptr, false);
  for (const Json& row : shares.is_array() ? shares : Json::array()) {
    if (!row.is_array() || row.size() != 4 || !row[0].is_string()) continue;
    if (!row[1].is_number_unsigned() || !row[2].is_number_unsigned() || !row[3].is_number_unsigned()) continue;
    image.shares.push_back({row[0], row[1], row[2], row[3]});
    image.unpacked_size += image.shares.back().bytes;
  }
  Json adopted = Json::parse(annotation(annotations, adopted_annotation), nullptr, false);
  for (const Json& row : adopted.is_array() ? adopted : Json::array()) {
    bool texts = row.is_array() && row.size() == 5;
    for (size_t i = 0; texts && i < 5; ++i) texts = row[i].is_string();
    if (texts) image.adopted.push_back({row[0], row[1], row[2], row[3], row[4]});
  }
}

Result<std::string> read_blob(const fs::path& directory, const Descriptor& descriptor) {
  fs::path path = directory / blob_path(descriptor.digest);
  std::string content = TRY(util::read_file(path, document_limit));
  if ("sha256:" + util::hash(util::HashAlgorithm::sha256, content) != descriptor.digest)
    return fail(ErrorKind::failed, "the image is damaged", path,
                "its content does not have the digest that is its name");
  return content;
}

Result<Descriptor> choose(const Index& index, std::string_view tag, const fs::path& directory) {
  std::vector<std::string> tags;
  const Descriptor* only = nullptr;
  for (const Descriptor& manifest : index.manifests) {
    std::string name = annotation(manifest.annotations, ref_name_annotation);
    if (!tag.empty() && name == tag) return manifest;
    if (!name.empty()) tags.push_back(name);
    bool foreign = !manifest.architecture.empty() && manifest.architecture != host_architecture();
    if (!only || (!foreign && only->architecture != host_architecture())) only = &manifest;
  }
  if (!only) return fail(ErrorKind::failed, "the layout holds no image", directory);
  if (tag.empty() && (index.manifests.size() == 1 || tags.size() < 2)) return *only;
  std::string what = tag.empty() ? "the layout holds several images" : fmt::format("the layout has no image '{}'", tag);
  return fail(ErrorKind::usage, what, directory, {}, tags.empty() ? "" : "it has: " + util::join(tags, ", "));
}

bool is_index(const Descriptor& descriptor) {
  return descriptor.media_type == index_media_type ||
         descriptor.media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

bool has_path(const std::vector<std::string>& environment) {
  for (const std::string& line : environment)
    if (line.starts_with("PATH=")) return true;
  return false;
}

Result<> write_documents(const Image& image, const WrittenLayer& layer, const fs::path& directory) {
  ConfigDocument document;
  document.created = rfc3339(image.created);
  document.architecture = image.architecture;
  document.config = image.config;
  // Engines disagree on the PATH of an image without one.
  if (!has_path(document.config.env)) document.config.env.insert(document.config.env.begin(), default_path);
  document.diff_ids = {layer.diff_id};
  document.created_by = "cooper build";
  Manifest manifest;
  manifest.config = TRY(write_blob(to_json(document), config_media_type, directory));
  manifest.layers = {layer.descriptor};
  manifest.annotations = annotations_of(image);
  Descriptor descriptor = TRY(write_blob(to_json(manifest), manifest_media_type, directory));
  descriptor.os = "linux";
  descriptor.architecture = image.architecture;
  descriptor.annotations = {{ref_name_annotation, image.tag}};
  TRY(util::write_file(directory / "oci-layout", layout_file));
  return util::write_file(directory / "index.json", to_json(Index{{descriptor}}));  // last: with it the layout is whole
}

}  // namespace

std::string host_architecture() {
  utsname names{};
  ::uname(&names);
  std::string_view machine = names.machine;
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  if (machine == "i686" || machine == "i386") return "386";
  if (machine.starts_with("arm")) return "arm";
  return std::string(machine);
}

Result<LayoutImage> open_layout(const fs::path& directory, std::string_view tag) {
  fs::path index_file = directory / "index.json";
  Index index = TRY(parse_index(TRY(util::read_file(index_file, document_limit)), index_file));
  LayoutImage image;
  image.directory = directory;
  image.descriptor = TRY(choose(index, tag, directory));
  for (int depth = 0; is_index(image.descriptor); ++depth) {
    if (depth == 4)
      return fail(ErrorKind::failed, "the image is of an unknown kind", directory, "indexes within indexes");
    std::string where = (directory / blob_path(image.descriptor.digest)).string();
    Index inner = TRY(parse_index(TRY(read_blob(directory, image.descriptor)), where));
    image.descriptor = TRY(choose(inner, {}, directory));
  }
  image.manifest = TRY(parse_manifest(TRY(read_blob(directory, image.descriptor)), image.blob(image.descriptor)));
  const Descriptor& config = image.manifest.config;
  image.config = TRY(parse_config(TRY(read_blob(directory, config)), image.blob(config)));
  if (image.config.diff_ids.size() != image.manifest.layers.size())
    return fail(ErrorKind::failed, "the image is damaged", directory,
                "config and manifest name different numbers of layers");
  return image;
}

Result<WrittenImage> write_layout(const Image& image, const fs::path& directory) {
  std::error_code ec;
  if (fs::exists(directory / "index.json", ec)) return fail(ErrorKind::failed, "there is an image already", directory);
  auto write = [&]() -> Result<WrittenImage> {
    TRY(util::make_directories(directory / "blobs/sha256"));
    WrittenLayer layer = TRY(write_layer(image.tree, directory));
    TRY(write_documents(image, layer, directory));
    return read_layout(directory);
  };
  Result<WrittenImage> written = write();
  if (!written) (void)util::remove_tree(directory);
  return written;
}

Result<WrittenImage> read_layout(const fs::path& directory) {
  LayoutImage found = TRY(open_layout(directory));
  WrittenImage image;
  image.layout = directory;
  image.manifest_digest = found.descriptor.digest;
  image.config_digest = found.manifest.config.digest;
  for (const Descriptor& layer : found.manifest.layers) {
    std::error_code ec;
    if (fs::file_size(found.blob(layer), ec) != layer.size || ec)
      return fail(ErrorKind::failed, "the image is damaged", found.blob(layer),
                  "a layer is missing or has another size than the manifest says");
    image.compressed_size += layer.size;
  }
  read_annotations(found.manifest.annotations, image);
  image.name = annotation(found.manifest.annotations, title_annotation);
  image.tag = annotation(found.descriptor.annotations, ref_name_annotation);
  if (image.tag.empty()) image.tag = annotation(found.manifest.annotations, version_annotation);
  return image;
}

}  // namespace cooper::image

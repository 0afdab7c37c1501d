// Writes an image in the forms that other tools read.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "image/gzip.h"
#include "image/image.h"
#include "image/layout.h"
#include "image/output.h"
#include "image/tar.h"
#include "tree/archive.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::image {

namespace {

namespace fs = std::filesystem;

bool is_tag(std::string_view text) {  // OCI distribution-spec: tags
  if (text.empty() || text.size() > 128 || text[0] == '.' || text[0] == '-') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
         std::string_view::npos;
}

// A name beside `path` that nobody else uses; the same file system, so that it can be renamed to `path`.
Result<util::TemporaryDirectory> beside(const fs::path& path) {
  fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  return util::TemporaryDirectory::create(parent, "." + path.filename().string());
}

// A copy, never a hard link: what users do to their files must not reach the store.
Result<> copy_blob(const fs::path& from, const fs::path& to) {
  std::error_code ec;
  if (fs::exists(to, ec)) return {};
  fs::path temporary = to.string() + ".part";
  (void)util::remove_tree(temporary);
  OutputFile file = TRY(OutputFile::create(temporary));
  util::Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return fail_errno("cannot open file", from);
  std::vector<char> buffer(1 << 18);
  for (;;) {
    ssize_t n = ::read(in.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read file", from);
    if (n == 0) break;
    TRY(file.write({buffer.data(), static_cast<size_t>(n)}));
  }
  TRY(file.finish());
  return move_into_place(temporary, to);
}

// The blobs of the image in the order they are written: layers, config, manifest.
std::vector<Descriptor> blobs_of(const LayoutImage& image) {
  std::vector<Descriptor> blobs = image.manifest.layers;
  blobs.push_back(image.manifest.config);
  blobs.push_back(image.descriptor);
  return blobs;
}

// "php" with tag "8.2.32" → "php:8.2.32"; `given` (from the destination) wins.
std::string docker_name(const WrittenImage& image, const std::string& given) {
  std::string name = given.empty() ? image.name : given;
  size_t last =
      name.rfind('/') == std::string::npos ? 0 : name.rfind('/');  // a colon before it is of a registry's port
  if (name.find(':', last) != std::string::npos) return name;
  return name + ":" + (image.tag.empty() ? "latest" : image.tag);
}

// Puts the image into a layout folder, new or old: other images of an old one stay.
Result<> to_layout(const LayoutImage& image, const fs::path& directory, const std::string& tag) {
  for (const Descriptor& blob : blobs_of(image)) TRY(copy_blob(image.blob(blob), directory / blob_path(blob.digest)));
  Index index;
  fs::path file = directory / "index.json";
  std::error_code ec;
  if (fs::exists(file, ec)) index = TRY(parse_index(TRY(util::read_file(file)), file));
  std::erase_if(index.manifests, [&](const Descriptor& manifest) {
    auto name = manifest.annotations.find(ref_name_annotation);
    return name == manifest.annotations.end() ? manifest.digest == image.descriptor.digest : name->second == tag;
  });
  Descriptor descriptor = image.descriptor;
  descriptor.annotations[ref_name_annotation] = tag;
  index.manifests.push_back(std::move(descriptor));
  TRY(util::write_file(directory / "oci-layout", layout_file));
  return util::write_file(file, to_json(index));
}

Result<> export_oci(const LayoutImage& image, const Destination& destination, const std::string& tag) {
  fs::path directory = destination.path;
  std::error_code ec;
  if (fs::exists(directory / "index.json", ec)) return to_layout(image, directory, tag);
  if (fs::exists(directory, ec) && !fs::is_empty(directory, ec))
    return fail(ErrorKind::usage, "will not write an OCI layout into a folder with other files", directory, {},
                "name a new or an empty folder");
  util::TemporaryDirectory temporary = TRY(beside(directory));
  TRY(to_layout(image, temporary.path() / "layout", tag));
  return move_into_place(temporary.path() / "layout", directory);
}

// One tar with the layout; with manifest.json beside it where Docker is to read it too (`docker load` before version 25
// knows only that, and takes blobs where they lie).
Result<> write_archive(const LayoutImage& image, const fs::path& file, const std::string& tag,
                       const std::string& docker_tag) {
  int64_t time = 0;
  OutputFile out = TRY(OutputFile::create(file));
  TarWriter tar(out.sink());
  auto folder = [&](const char* path) {
    tree::Entry entry;
    entry.path = path;
    entry.kind = tree::EntryKind::directory;
    entry.mode = 0755;
    entry.mtime = time;
    return tar.add(entry);
  };
  TRY(folder("blobs"));
  TRY(folder("blobs/sha256"));
  std::vector<Descriptor> blobs = blobs_of(image);
  std::sort(blobs.begin(), blobs.end(), [](const Descriptor& a, const Descriptor& b) { return a.digest < b.digest; });
  blobs.erase(std::unique(blobs.begin(), blobs.end(),
                          [](const Descriptor& a, const Descriptor& b) { return a.digest == b.digest; }),
              blobs.end());
  for (const Descriptor& blob : blobs) TRY(tar.add_file_from(blob_path(blob.digest), image.blob(blob), time));
  Descriptor descriptor = image.descriptor;
  descriptor.annotations[ref_name_annotation] = tag;
  if (!docker_tag.empty()) {
    bool full = docker_tag.find('/') != std::string::npos && docker_tag.find_first_of(".:") < docker_tag.find('/');
    descriptor.annotations["io.containerd.image.name"] =
        full ? docker_tag
             : (docker_tag.find('/') == std::string::npos ? "docker.io/library/" : "docker.io/") + docker_tag;
  }
  TRY(tar.add_file("index.json", to_json(Index{{descriptor}}), time));
  if (!docker_tag.empty()) {
    DockerImage docker{blob_path(image.manifest.config.digest), {docker_tag}, {}};
    for (const Descriptor& layer : image.manifest.layers) docker.layers.push_back(blob_path(layer.digest));
    TRY(tar.add_file("manifest.json", to_json(std::vector{docker}), time));
  }
  TRY(tar.add_file("oci-layout", layout_file, time));
  TRY(tar.finish());
  TRY(out.finish());
  return {};
}

// skopeo's dir: transport: manifest.json, a version file, and every blob under the hex part of its digest.
Result<> export_dir(const LayoutImage& image, const fs::path& directory) {
  std::error_code ec;
  if (fs::exists(directory, ec) && !fs::is_empty(directory, ec)) {
    if (!fs::exists(directory / "version", ec) || !fs::exists(directory / "manifest.json", ec))
      return fail(ErrorKind::usage, "will not write an image into a folder with other files", directory, {},
                  "name a new or an empty folder");
    TRY(util::remove_tree(directory));
  }
  util::TemporaryDirectory temporary = TRY(beside(directory));
  fs::path out = temporary.path() / "dir";
  for (const Descriptor& blob : image.manifest.layers) TRY(copy_blob(image.blob(blob), out / blob.digest.substr(7)));
  TRY(copy_blob(image.blob(image.manifest.config), out / image.manifest.config.digest.substr(7)));
  TRY(copy_blob(image.blob(image.descriptor), out / "manifest.json"));
  TRY(util::write_file(out / "version", "Directory Transport Version: 1.1\n"));
  return move_into_place(out, directory);
}

// The root file system as one plain tar. One layer is that tar already.
Result<> write_root_tar(const LayoutImage& image, const fs::path& file, const fs::path& scratch) {
  OutputFile out = TRY(OutputFile::create(file));
  const std::vector<Descriptor>& layers = image.manifest.layers;
  if (layers.size() == 1 && layers[0].media_type.ends_with("gzip")) {
    TRY(gunzip_file(image.blob(layers[0]), out.sink()));
    std::string digest = TRY(out.finish());
    if ("sha256:" + digest == image.config.diff_ids[0]) return {};
    (void)util::remove_tree(file);
    return fail(ErrorKind::failed, "a layer is damaged", image.blob(layers[0]),
                "it does not unpack to what its config says");
  }
  tree::Tree tree;
  TRY(util::make_directories(scratch));
  for (const Descriptor& layer : layers) TRY(tree::apply_tar(image.blob(layer), scratch, tree, {.layer = true}));
  TRY(write_tar(tree, out.sink()));
  TRY(out.finish());
  return {};
}

constexpr std::array<std::string_view, 7> transports = {"oci", "oci-archive",   "docker-archive", "dir",
                                                        "tar", "docker-daemon", "docker"};

}  // namespace

Result<Destination> parse_destination(std::string_view text) {
  size_t colon = text.find(':');
  std::string transport(text.substr(0, colon));
  if (colon == std::string_view::npos ||
      std::find(transports.begin(), transports.end(), transport) == transports.end()) {
    std::vector<std::string> known(transports.begin(), transports.end());
    std::string near = util::nearest(transport, known);
    return fail(ErrorKind::usage, fmt::format("unknown destination '{}'", text), {}, "a destination is TRANSPORT:PLACE",
                near.empty() ? "transports: " + util::join(known, ", ") : fmt::format("did you mean {}:?", near));
  }
  if (transport == "docker" || transport == "docker-daemon")
    return fail(ErrorKind::usage, fmt::format("images cannot be sent to {}: directly", transport), std::string(text),
                {},
                "write docker-archive:FILE, then `docker load --input FILE` or `skopeo copy docker-archive:FILE …`");
  Destination destination{transport, std::string(text.substr(colon + 1)), {}};
  if (transport != "dir" && transport != "tar") {
    // The name and tag of docker-archive hold colons, perhaps of a registry's port: all after the first one.
    size_t split = transport == "docker-archive" ? destination.path.find(':') : destination.path.rfind(':');
    std::string tag = split == std::string::npos ? "" : destination.path.substr(split + 1);
    if (split != std::string::npos && (transport == "docker-archive" || is_tag(tag))) {
      destination.tag = tag;
      destination.path.resize(split);
    }
  }
  if (destination.path.empty())
    return fail(ErrorKind::usage, fmt::format("'{}' names no place", text), {}, {}, transport + ":PATH");
  return destination;
}

Result<> export_image(const WrittenImage& written, const Destination& destination) {
  LayoutImage image = TRY(open_layout(written.layout));
  fs::path path = destination.path;
  std::string tag = destination.tag.empty() ? written.tag : destination.tag;
  if (tag.empty()) tag = "latest";
  if (destination.transport == "oci") return export_oci(image, destination, tag);
  if (destination.transport == "dir") return export_dir(image, path);

  std::error_code ec;
  if (fs::is_directory(path, ec))
    return fail(ErrorKind::usage, "cannot write the image: a folder is there", path, {}, "name a file");
  util::TemporaryDirectory temporary = TRY(beside(path));
  fs::path file = temporary.path() / "file";
  if (destination.transport == "oci-archive")
    TRY(write_archive(image, file, tag, {}));
  else if (destination.transport == "docker-archive")
    TRY(write_archive(image, file, written.tag.empty() ? "latest" : written.tag,
                      docker_name(written, destination.tag)));
  else
    TRY(write_root_tar(image, file, temporary.path() / "root"));
  return move_into_place(file, path);
}

}  // namespace cooper::image

// From built packages to an image: merge, post-install, adopt, trim, layers.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/base_root.h"
#include "spec/spec.h"
#include "store/store.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::image {

// Why a file came from the base root.
struct Adoption {
  std::string path;  // in the image
  std::string soname;
  std::string reason;        // "C library"
  std::string base_package;  // "libc6"
  std::string needed_by;     // the first file that needs it
};

struct PackageShare {
  std::string owner;     // cpv, "(base)" for adopted files, "(image)" for made ones
  uint64_t bytes = 0;    // unpacked, after trim
  uint64_t trimmed = 0;  // bytes that trim, `remove` and `exclude` took away
  size_t files = 0;
};

// The image before it is written: a tree and its config.
struct Image {
  std::string name, tag;
  tree::Tree tree;
  spec::ImageConfig config;
  std::string architecture = "amd64";
  int64_t created = 0;  // seconds since 1970
  std::vector<Adoption> adopted;
  std::vector<PackageShare> shares;  // largest first
  std::vector<std::string> warnings;
  std::shared_ptr<util::TemporaryDirectory>
      scratch;  // holds the files that were made for it: the tree's sources lie there
};

struct AssembleInput {
  const spec::ImageSpec* spec = nullptr;
  std::vector<store::BuiltPackage> packages;  // the image's runtime closure, dependencies first
  std::set<ebuild::PackageName> left_out;     // what these need and the spec excludes, or the base root gives
  const store::BaseRoot* base = nullptr;
  const sandbox::BaseDescription* base_description = nullptr;
  const store::Store* store = nullptr;
  std::filesystem::path runtime;  // runtime/ of this cooper, for pkg_* phases
  std::filesystem::path helper;   // the static cooper-helper binary
  // By cpv of a package: the layers that bring what its pkg_preinst and pkg_postinst call (IDEPEND), topmost first.
  std::map<std::string, std::vector<std::filesystem::path>> install_tools;
  std::map<std::string, std::string> variables;
  int64_t source_date_epoch = 0;
  std::string tag;  // from the main package's version where the spec has none
  std::function<void(std::string_view)> progress;
};

// A hash over everything that can change the image or the outcome of its tests, made without reading any package's
// files: a layout written for this key can be used again. Errors: usage, for a file of the spec that cannot be read.
Result<std::string> image_key(const AssembleInput& input);

// The passes in order: merge → users → spec files → pkg_preinst/pkg_postinst → adopt → trim → ldconfig → (closure
// proof). Errors: failed, for file collisions (both packages named), unresolved libraries (file and SONAME named) …
Result<Image> assemble(const AssembleInput& input);

// The written form: an OCI layout folder in the store, with one or more layers, ready to be sent to any destination.
struct WrittenImage {
  std::filesystem::path layout;  // oci-layout, index.json, blobs/sha256/…
  std::string manifest_digest;   // "sha256:…": the image digest
  std::string config_digest;
  uint64_t compressed_size = 0, unpacked_size = 0;  // bytes, all layers
  std::vector<PackageShare> shares;
  std::vector<Adoption> adopted;
  std::string name, tag;
};

// DIRECTORY must not hold an image yet; index.json comes last, and nothing is left of it after an error.
Result<WrittenImage> write_layout(const Image& image, const std::filesystem::path& directory);
// Errors: failed, also where a layer is missing or has a wrong size.
Result<WrittenImage> read_layout(const std::filesystem::path& directory);

// DEST as in skopeo: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG], dir:PATH (skopeo's folder
// of blobs), and tar:FILE (the root file system). `tag` is the name and tag for docker-archive. Errors: usage, with the
// nearest transport.
struct Destination {
  std::string transport, path, tag;
};
Result<Destination> parse_destination(std::string_view text);
// Writes completely or not at all (temporary name, rename).
Result<> export_image(const WrittenImage& image, const Destination& destination);

// An image taken apart: its layers applied, one over the other.
struct LoadedImage {
  tree::Tree tree;  // sources lie in `root`
  spec::ImageConfig config;
  std::string name, tag, architecture, manifest_digest;
  std::filesystem::path root;                         // the unpacked files: an overlay layer to run in
  std::shared_ptr<util::TemporaryDirectory> scratch;  // holds `root`
};
// What an image is known by before it is unpacked: the digest of its manifest, or of the file where it is one. The
// reference is as for load_image.
Result<std::string> image_identity(std::string_view reference, const store::Store& store);
// Loads from oci:, oci-archive:, docker-archive:, dir: or tar:, from a bare path (guessed), or by NAME[:TAG] from the
// images of the store, for run, why, diff, report.
Result<LoadedImage> load_image(std::string_view reference, const store::Store& store);

}  // namespace cooper::image

// From built packages to an image: merge, post-install, adopt, trim, layers.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sandbox/base_root.h"
#include "spec/spec.h"
#include "store/store.h"
#include "tree/tree.h"
#include "util/error.h"

namespace cooper::image {

// Why a file came from the base root.
struct Adoption {
  std::string path;        // in the image
  std::string soname;
  std::string reason;      // "C library"
  std::string base_package;// "libc6"
  std::string needed_by;   // the first file that needs it
};

struct PackageShare {
  std::string owner;       // cpv, "(base)" for adopted files, "(image)" for made ones
  uint64_t bytes = 0;      // unpacked, after trim
  uint64_t trimmed = 0;    // bytes that trim took away
  size_t files = 0;
};

// The image before it is written: a tree and its config.
struct Image {
  std::string name, tag;
  tree::Tree tree;
  spec::ImageConfig config;
  std::string architecture = "amd64";
  int64_t created = 0;                   // seconds since 1970
  std::vector<Adoption> adopted;
  std::vector<PackageShare> shares;      // largest first
  std::vector<std::string> warnings;
};

struct AssembleInput {
  const spec::ImageSpec* spec = nullptr;
  std::vector<store::BuiltPackage> packages;  // the image's runtime closure, dependencies first
  const store::BaseRoot* base = nullptr;
  const sandbox::BaseDescription* base_description = nullptr;
  const store::Store* store = nullptr;
  std::filesystem::path runtime;              // runtime/ of this cooper, for pkg_* phases
  std::filesystem::path helper;               // the static cooper-helper binary
  std::map<std::string, std::string> variables;
  int64_t source_date_epoch = 0;
  std::string tag;                            // from the main package's version where the spec has none
  std::function<void(std::string_view)> progress;
};

// The passes in order: merge → users → spec files → pkg_preinst/pkg_postinst → adopt → trim → ldconfig → (closure proof).
// Errors: failed, for file collisions (both packages named), unresolved libraries (file and SONAME named) …
Result<Image> assemble(const AssembleInput& input);

// The written form: an OCI layout folder in the store, with one or more layers, ready to be sent to any destination.
struct WrittenImage {
  std::filesystem::path layout;          // oci-layout, index.json, blobs/sha256/…
  std::string manifest_digest;           // "sha256:…": the image digest
  std::string config_digest;
  uint64_t compressed_size = 0, unpacked_size = 0;  // bytes, all layers
  std::vector<PackageShare> shares;
  std::vector<Adoption> adopted;
  std::string name, tag;
};

Result<WrittenImage> write_layout(const Image& image, const std::filesystem::path& directory);
Result<WrittenImage> read_layout(const std::filesystem::path& directory);

// DEST as in skopeo: oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE[:NAME:TAG], dir:PATH, tar:FILE.
struct Destination { std::string transport, path, tag; };
Result<Destination> parse_destination(std::string_view text);
// Writes completely or not at all (temporary name, rename).
Result<> export_image(const WrittenImage& image, const Destination& destination);

// Loads an image from oci:, oci-archive:, docker-archive:, dir: or tar: (or a bare path, guessed) for run, why, diff, report.
struct LoadedImage { tree::Tree tree; spec::ImageConfig config; std::string name, tag, architecture, manifest_digest; std::filesystem::path scratch; };
Result<LoadedImage> load_image(std::string_view reference, const store::Store& store);

}  // namespace cooper::image

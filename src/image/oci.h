// The JSON documents of OCI images (OCI image-spec 1.0: image-layout.md, image-index.md, manifest.md, config.md), made
// and read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spec/spec.h"
#include "util/error.h"

namespace cooper::image {

inline constexpr const char* index_media_type = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* manifest_media_type = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* config_media_type = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* layer_media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr const char* layout_file = "{\"imageLayoutVersion\":\"1.0.0\"}";
inline constexpr const char* ref_name_annotation = "org.opencontainers.image.ref.name";

struct Descriptor {
  std::string media_type;
  std::string digest;            // "sha256:" and 64 hex digits: checked when read, so safe in a path
  uint64_t size = 0;             // bytes
  std::string os, architecture;  // platform; "" where not given
  std::map<std::string, std::string> annotations;
};

struct Index {
  std::vector<Descriptor> manifests;
};

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // lowest first
  std::map<std::string, std::string> annotations;
};

struct ConfigDocument {
  std::string created;  // RFC 3339
  std::string architecture, os = "linux";
  spec::ImageConfig config;
  std::vector<std::string> diff_ids;  // of the layers, lowest first
  std::string created_by;             // of the one history entry
};

// Stable bytes for equal values.
std::string to_json(const Index& index);
std::string to_json(const Manifest& manifest);
std::string to_json(const ConfigDocument& config);

// Errors: failed, `where` names the document. Docker's schema 2 documents, which have the same members, are read too.
Result<Index> parse_index(std::string_view text, const std::string& where);
Result<Manifest> parse_manifest(std::string_view text, const std::string& where);
Result<ConfigDocument> parse_config(std::string_view text, const std::string& where);

// Docker's manifest.json of `docker save` archives.
struct DockerImage {
  std::string config;                     // path in the archive
  std::vector<std::string> tags, layers;  // "name:tag"; paths in the archive
};
std::string to_json(const std::vector<DockerImage>& images);
Result<std::vector<DockerImage>> parse_docker_manifest(std::string_view text, const std::string& where);

// "2023-10-01T12:00:00Z".
std::string rfc3339(int64_t seconds);

// "sha256:" and 64 lower-case hex digits.
bool is_digest(std::string_view text);
// "sha256:abc…" → "blobs/sha256/abc…". The digest must be one.
std::string blob_path(std::string_view digest);

}  // namespace cooper::image

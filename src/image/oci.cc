#include "image/oci.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "image/document.h"

namespace cooper::image {

namespace {

using Json = nlohmann::ordered_json;

Json strings_to_json(const std::map<std::string, std::string>& map) {
  Json out = Json::object();
  for (const auto& [key, value] : map) out[key] = value;
  return out;
}

Json descriptor_to_json(const Descriptor& descriptor) {
  Json out = {{"mediaType", descriptor.media_type}, {"digest", descriptor.digest}, {"size", descriptor.size}};
  if (!descriptor.architecture.empty())
    out["platform"] = {{"architecture", descriptor.architecture}, {"os", descriptor.os}};
  if (!descriptor.annotations.empty()) out["annotations"] = strings_to_json(descriptor.annotations);
  return out;
}

// Sets as OCI writes them: {"9000/tcp":{}}.
Json set_to_json(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  Json out = Json::object();
  for (const std::string& name : names) out[name] = Json::object();
  return out;
}

// Reads members of a document that anybody may have written. The first problem is kept.
class Document {
 public:
  Document(std::string_view text, std::string where) : where_(std::move(where)) {
    json_ = Json::parse(text, nullptr, false);
    if (json_.is_discarded()) problem("it is no valid JSON");
  }
  const Json& json() const { return json_; }
  bool failed() const { return failed_; }
  std::unexpected<Error> error() const {
    return fail(ErrorKind::failed, "the image is damaged or of an unknown kind", where_, why_);
  }
  void problem(std::string why) {
    if (!failed_) why_ = std::move(why);
    failed_ = true;
  }

  // nullptr where absent or null; a problem where it is of another type.
  const Json* member(const Json& object, const char* name, Json::value_t type) {
    if (!object.is_object()) return problem(fmt::format("an object is expected around '{}'", name)), nullptr;
    auto found = object.find(name);
    if (found == object.end() || found->is_null()) return nullptr;
    if (found->type() != type) return problem(fmt::format("'{}' has a wrong type", name)), nullptr;
    return &*found;
  }
  std::string text(const Json& object, const char* name, bool required = false) {
    const Json* found = member(object, name, Json::value_t::string);
    if (!found && required) problem(fmt::format("'{}' is missing", name));
    return found ? found->get<std::string>() : std::string();
  }
  std::vector<std::string> texts(const Json& object, const char* name) {
    std::vector<std::string> out;
    const Json* found = member(object, name, Json::value_t::array);
    for (size_t i = 0; found && i < found->size(); ++i) {
      if (!(*found)[i].is_string()) return problem(fmt::format("'{}' holds what is no string", name)), out;
      out.push_back((*found)[i].get<std::string>());
    }
    return out;
  }
  std::map<std::string, std::string> text_map(const Json& object, const char* name) {
    std::map<std::string, std::string> out;
    const Json* found = member(object, name, Json::value_t::object);
    if (!found) return out;
    for (const auto& [key, value] : found->items()) {
      if (!value.is_string()) return problem(fmt::format("'{}' holds what is no string", name)), out;
      out[key] = value.get<std::string>();
    }
    return out;
  }
  std::vector<std::string> names(const Json& object, const char* name) {
    std::vector<std::string> out;
    if (const Json* found = member(object, name, Json::value_t::object))
      for (const auto& [key, value] : found->items()) out.push_back(key);
    return out;
  }
  Descriptor descriptor(const Json& object) {
    Descriptor out;
    out.media_type = text(object, "mediaType");
    out.digest = text(object, "digest", true);
    if (!is_digest(out.digest)) problem("a digest is not of the form sha256:<64 hex digits>");
    if (object.is_object() && object.contains("size") && object["size"].is_number_unsigned())
      out.size = object["size"];
    else
      problem("a descriptor has no size");
    out.annotations = text_map(object, "annotations");
    if (const Json* platform = member(object, "platform", Json::value_t::object)) {
      out.os = text(*platform, "os");
      out.architecture = text(*platform, "architecture");
    }
    return out;
  }

 private:
  Json json_;
  std::string where_, why_;
  bool failed_ = false;
};

}  // namespace

std::string document_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string to_json(const Index& index) {
  Json out = {{"schemaVersion", 2}, {"mediaType", index_media_type}, {"manifests", Json::array()}};
  for (const Descriptor& manifest : index.manifests) out["manifests"].push_back(descriptor_to_json(manifest));
  return document_text(out);
}

std::string to_json(const Manifest& manifest) {
  Json out = {
      {"schemaVersion", 2}, {"mediaType", manifest_media_type}, {"config", descriptor_to_json(manifest.config)}};
  out["layers"] = Json::array();
  for (const Descriptor& layer : manifest.layers) out["layers"].push_back(descriptor_to_json(layer));
  if (!manifest.annotations.empty()) out["annotations"] = strings_to_json(manifest.annotations);
  return document_text(out);
}

std::string to_json(const ConfigDocument& document) {
  const spec::ImageConfig& config = document.config;
  Json inner = Json::object();
  if (!config.user.empty()) inner["User"] = config.user;
  if (!config.expose.empty()) inner["ExposedPorts"] = set_to_json(config.expose);
  if (!config.env.empty()) inner["Env"] = config.env;
  if (!config.entrypoint.empty()) inner["Entrypoint"] = config.entrypoint;
  if (!config.cmd.empty()) inner["Cmd"] = config.cmd;
  if (!config.volumes.empty()) inner["Volumes"] = set_to_json(config.volumes);
  if (!config.workdir.empty()) inner["WorkingDir"] = config.workdir;
  if (!config.labels.empty()) inner["Labels"] = strings_to_json(config.labels);
  if (!config.stop_signal.empty()) inner["StopSignal"] = config.stop_signal;
  Json out = {
      {"created", document.created}, {"architecture", document.architecture}, {"os", document.os}, {"config", inner}};
  out["rootfs"] = {{"type", "layers"}, {"diff_ids", document.diff_ids}};
  out["history"] = Json::array();
  for (size_t i = 0; i < document.diff_ids.size(); ++i)
    out["history"].push_back({{"created", document.created}, {"created_by", document.created_by}});
  return document_text(out);
}

Result<Index> parse_index(std::string_view text, const std::string& where) {
  Document document(text, where);
  Index index;
  if (!document.failed()) {
    const Json* manifests = document.member(document.json(), "manifests", Json::value_t::array);
    if (!manifests) document.problem("'manifests' is missing");
    for (size_t i = 0; manifests && i < manifests->size(); ++i)
      index.manifests.push_back(document.descriptor((*manifests)[i]));
  }
  if (document.failed()) return document.error();
  return index;
}

Result<Manifest> parse_manifest(std::string_view text, const std::string& where) {
  Document document(text, where);
  Manifest manifest;
  if (!document.failed()) {
    const Json* config = document.member(document.json(), "config", Json::value_t::object);
    const Json* layers = document.member(document.json(), "layers", Json::value_t::array);
    if (!config || !layers) document.problem("'config' or 'layers' is missing");
    if (config) manifest.config = document.descriptor(*config);
    for (size_t i = 0; layers && i < layers->size(); ++i) manifest.layers.push_back(document.descriptor((*layers)[i]));
    manifest.annotations = document.text_map(document.json(), "annotations");
  }
  if (document.failed()) return document.error();
  return manifest;
}

Result<ConfigDocument> parse_config(std::string_view text, const std::string& where) {
  Document document(text, where);
  ConfigDocument out;
  if (!document.failed()) {
    const Json& json = document.json();
    out.created = document.text(json, "created");
    out.architecture = document.text(json, "architecture");
    out.os = document.text(json, "os");
    if (const Json* config = document.member(json, "config", Json::value_t::object)) {
      out.config.user = document.text(*config, "User");
      out.config.workdir = document.text(*config, "WorkingDir");
      out.config.stop_signal = document.text(*config, "StopSignal");
      out.config.entrypoint = document.texts(*config, "Entrypoint");
      out.config.cmd = document.texts(*config, "Cmd");
      out.config.env = document.texts(*config, "Env");
      out.config.expose = document.names(*config, "ExposedPorts");
      out.config.volumes = document.names(*config, "Volumes");
      out.config.labels = document.text_map(*config, "Labels");
    }
    if (const Json* rootfs = document.member(json, "rootfs", Json::value_t::object))
      out.diff_ids = document.texts(*rootfs, "diff_ids");
    for (const std::string& id : out.diff_ids)
      if (!is_digest(id)) document.problem("a diff_id is no digest");
  }
  if (document.failed()) return document.error();
  return out;
}

std::string to_json(const std::vector<DockerImage>& images) {
  Json out = Json::array();
  for (const DockerImage& image : images)
    out.push_back({{"Config", image.config}, {"RepoTags", image.tags}, {"Layers", image.layers}});
  return document_text(out);
}

Result<std::vector<DockerImage>> parse_docker_manifest(std::string_view text, const std::string& where) {
  Document document(text, where);
  std::vector<DockerImage> images;
  if (!document.failed() && !document.json().is_array()) document.problem("a list of images is expected");
  for (size_t i = 0; !document.failed() && i < document.json().size(); ++i) {
    const Json& item = document.json()[i];
    images.push_back(
        {document.text(item, "Config", true), document.texts(item, "RepoTags"), document.texts(item, "Layers")});
  }
  if (document.failed()) return document.error();
  return images;
}

std::string rfc3339(int64_t seconds) {
  std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool is_digest(std::string_view text) {
  if (!text.starts_with("sha256:") || text.size() != 7 + 64) return false;
  return text.find_first_not_of("0123456789abcdef", 7) == std::string_view::npos;
}

std::string blob_path(std::string_view digest) { return "blobs/sha256/" + std::string(digest.substr(7)); }

}  // namespace cooper::image

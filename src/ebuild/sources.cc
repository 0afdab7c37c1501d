#include "ebuild/sources.h"

#include <algorithm>

namespace cooper::ebuild {

std::string_view distfile_name(const DependencyNode& leaf) {
  if (!leaf.rename.empty()) return leaf.rename;
  std::string_view uri = leaf.word;
  size_t slash = uri.rfind('/');
  return slash == std::string_view::npos ? uri : uri.substr(slash + 1);
}

SourceUri source_uri(const DependencyNode& leaf) {
  SourceUri source;
  std::string_view uri = leaf.word;
  if (uri.find("://") == std::string_view::npos) return source;
  if (uri.starts_with("mirror+")) {
    source.fetch_allowed = source.mirror_allowed = true;
    uri.remove_prefix(7);
  } else if (uri.starts_with("fetch+")) {
    source.fetch_allowed = true;
    uri.remove_prefix(6);
  }
  source.uri = uri;
  return source;
}

std::vector<Distfile> distfiles(const DependencyNode& node) {
  std::vector<Distfile> files;
  for (const DependencyNode* leaf : leaves(node)) {
    std::string_view name = distfile_name(*leaf);
    auto file = std::find_if(files.begin(), files.end(), [&](const Distfile& known) { return known.name == name; });
    if (file == files.end()) {
      files.push_back({std::string(name), {}});
      file = files.end() - 1;
    }
    SourceUri source = source_uri(*leaf);
    if (!source.uri.empty()) file->uris.push_back(std::move(source));
  }
  return files;
}

}  // namespace cooper::ebuild

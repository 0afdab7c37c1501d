#include "build/distfiles.h"

#include <algorithm>

#include "ebuild/sources.h"

namespace cooper::build {

namespace {

using Mirrors = std::map<std::string, std::vector<std::string>>;

bool restricts(const resolve::PlannedPackage& planned, std::string_view word) {
  ebuild::DependencyNode node = ebuild::evaluate_conditionals(planned.package->metadata.restrict, planned.use);
  std::vector<const ebuild::DependencyNode*> leaves = ebuild::leaves(node);
  return std::any_of(leaves.begin(), leaves.end(),
                     [&](const ebuild::DependencyNode* leaf) { return leaf->word == word; });
}

void add_urls(const std::string& uri, const Mirrors& mirrors, std::vector<std::string>& urls) {
  constexpr std::string_view scheme = "mirror://";
  size_t slash = uri.find('/', scheme.size());
  if (!uri.starts_with(scheme) || slash == std::string::npos) {
    urls.push_back(uri);
    return;
  }
  std::string name = uri.substr(scheme.size(), slash - scheme.size());
  auto bases = mirrors.find(name);
  // The machine's own Debian mirrors before those that a repository knows; and an unknown name is fetch's to report.
  if (name == "debian" || bases == mirrors.end()) urls.push_back(uri);
  if (bases == mirrors.end()) return;
  for (const std::string& base : bases->second)
    urls.push_back((base.ends_with('/') ? base.substr(0, base.size() - 1) : base) + uri.substr(slash));
}

// What the user says of a mirror comes before what the repository does.
Mirrors all_mirrors(const repository::Package& package, const repository::Config& config) {
  Mirrors out = config.mirrors();
  for (auto& [name, urls] : package.repository->mirrors()) {
    auto& all = out[name];
    all.insert(all.end(), urls.begin(), urls.end());
  }
  return out;
}

// The mirrors that the user calls "local": a folder has the files themselves, a server below distfiles/.
void add_local_urls(const std::string& file, const Mirrors& mirrors, std::vector<std::string>& urls) {
  auto local = mirrors.find("local");
  if (local == mirrors.end()) return;
  for (std::string base : local->second) {
    while (base.ends_with('/')) base.pop_back();
    urls.push_back(base.starts_with('/') ? "file://" + base + "/" + file : base + "/distfiles/" + file);
  }
}

}  // namespace

Result<std::vector<fetch::Distfile>> distfiles_of(const resolve::PlannedPackage& planned,
                                                  const repository::Config& config) {
  const repository::Package& package = *planned.package;
  const ebuild::DependencyNode sources = ebuild::evaluate_conditionals(package.metadata.src_uri, planned.use);
  std::vector<ebuild::Distfile> wanted = ebuild::distfiles(sources);
  std::vector<fetch::Distfile> files;
  if (wanted.empty()) return files;
  const ebuild::Manifest manifest = TRY(package.repository->manifest(package.cpv.name));
  const Mirrors mirrors = all_mirrors(package, config);
  const bool fetch_restricted = restricts(planned, "fetch");
  for (const ebuild::Distfile& source : wanted) {
    const ebuild::ManifestEntry* entry = manifest.find("DIST", source.name);
    if (!entry)
      return fail(ErrorKind::distfile, source.name + " is not in the Manifest",
                  package.ebuild().parent_path() / "Manifest",
                  "SRC_URI of " + package.cpv.text() + " names it, and nothing is used that cannot be verified",
                  "`cooper repo manifest` makes the entry");
    fetch::Distfile file{source.name, entry->size, entry->digests, {}, package.cpv.text()};
    add_local_urls(source.name, config.mirrors(), file.urls);
    for (const ebuild::SourceUri& uri : source.uris)
      if (!fetch_restricted || uri.fetch_allowed) add_urls(uri.uri, mirrors, file.urls);
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace cooper::build

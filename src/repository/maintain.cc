#include "repository/maintain.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "ebuild/sources.h"
#include "repository/layout.h"
#include "repository/md5_cache.h"
#include "util/file.h"
#include "util/hash.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::ManifestEntry;
using ebuild::PackageName;
using util::HashAlgorithm;

Result<> read_all(const Repository& repository, int jobs, const std::atomic<bool>& cancel) {
  const std::vector<PackageName>& names = repository.names();
  std::atomic<size_t> next{0};
  auto work = [&]() {
    for (size_t i; (i = next++) < names.size() && !cancel;) (void)repository.versions(names[i]);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (cancel) return fail(ErrorKind::interrupted, "interrupted");
  return {};
}

namespace {

// `eclasses`: the MD5 of those that were looked at before.
Result<std::string> cache_text(const Repository& repository, const Package& package,
                               std::map<std::string, std::string>& eclasses) {
  CacheEntry entry{package.metadata.keys(), TRY(util::hash_file(HashAlgorithm::md5, package.ebuild())), {}};
  entry.keys.erase("INHERITED");  // _eclasses_ says it
  for (const std::string& name : package.metadata.inherited()) {
    auto known = eclasses.find(name);
    if (known == eclasses.end()) {
      auto path = repository.eclass(name);
      if (!path) return fail(ErrorKind::failed, fmt::format("the eclass '{}' is gone", name), package.ebuild());
      known = eclasses.emplace(name, TRY(util::hash_file(HashAlgorithm::md5, *path))).first;
    }
    entry.eclasses.emplace_back(*known);
  }
  return cache_entry_text(entry);
}

// Removes the entries whose ebuild is gone; those of broken ebuilds go too, as nothing says that they are true.
Result<size_t> remove_stale(const fs::path& cache, const std::set<fs::path>& wanted) {
  size_t removed = 0;
  std::error_code ec;
  if (!fs::is_directory(cache, ec)) return removed;
  for (const std::string& category : TRY(util::list_directory(cache))) {
    if (!fs::is_directory(cache / category, ec)) continue;
    for (const std::string& file : TRY(util::list_directory(cache / category))) {
      if (wanted.contains(fs::path(category) / file)) continue;
      TRY(util::remove_tree(cache / category / file));
      ++removed;
    }
    fs::remove(cache / category, ec);  // only if it is empty now
  }
  return removed;
}

}  // namespace

Result<CacheReport> write_md5_cache(const Repository& repository) {
  CacheReport report;
  fs::path cache = repository.root() / "metadata/md5-cache";
  std::set<fs::path> wanted;
  std::map<std::string, std::string> eclasses;
  for (const PackageName& name : repository.names()) {
    for (const Package* package : repository.versions(name)) {
      fs::path entry = fs::path(name.category) / package->ebuild().stem();
      std::string text = TRY(cache_text(repository, *package, eclasses));
      ++report.ebuilds;
      std::error_code ec;
      auto old = fs::exists(cache / entry, ec) ? util::read_file(cache / entry) : Result<std::string>("");
      if (!old || *old != text) {
        TRY(util::write_file(cache / entry, text, 0644, util::Fsync::no));
        ++report.written;
      }
      wanted.insert(std::move(entry));
    }
  }
  report.removed = TRY(remove_stale(cache, wanted));
  return report;
}

namespace {

Result<ManifestEntry> make_entry(std::string type, std::string name, const fs::path& file,
                                 const std::vector<std::string>& hashes) {
  static const std::map<std::string, HashAlgorithm, std::less<>> algorithms = {{"BLAKE2B", HashAlgorithm::blake2b},
                                                                               {"SHA512", HashAlgorithm::sha512},
                                                                               {"SHA256", HashAlgorithm::sha256},
                                                                               {"MD5", HashAlgorithm::md5}};
  ManifestEntry entry{std::move(type), std::move(name), 0, {}};
  std::error_code ec;
  entry.size = fs::file_size(file, ec);
  if (ec) return fail(ErrorKind::failed, "cannot read file", file, ec.message());
  for (const std::string& hash : hashes) {
    auto known = algorithms.find(hash);
    if (known != algorithms.end()) entry.digests[hash] = TRY(util::hash_file(known->second, file));
  }
  if (entry.digests.empty())
    return fail(ErrorKind::usage, "none of the manifest-hashes is known", "metadata/layout.conf", {},
                "manifest-hashes = BLAKE2B SHA512");
  return entry;
}

// The lines of a full Manifest beside DIST.
Result<> add_own_files(const fs::path& folder, const std::vector<std::string>& hashes,
                       std::vector<ManifestEntry>& out) {
  for (const std::string& file : TRY(util::list_directory(folder))) {
    std::error_code ec;
    if (file.front() == '.' || file == "Manifest" || !fs::is_regular_file(folder / file, ec)) continue;
    out.push_back(TRY(make_entry(file.ends_with(".ebuild") ? "EBUILD" : "MISC", file, folder / file, hashes)));
  }
  std::error_code ec;
  if (!fs::is_directory(folder / "files", ec)) return {};
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder / "files", ec))
    if (entry.is_regular_file(ec))
      out.push_back(TRY(make_entry("AUX", entry.path().lexically_relative(folder / "files"), entry.path(), hashes)));
  return {};
}

size_t count_ebuilds(const fs::path& folder) {
  std::error_code ec;
  size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ec))
    count += entry.path().extension() == ".ebuild";
  return count;
}

}  // namespace

Result<ManifestReport> write_manifest(const Repository& repository, const PackageName& name,
                                      const fs::path& distfiles) {
  ManifestReport report;
  const Layout& layout = repository.layout();
  ebuild::Manifest old = TRY(repository.manifest(name));
  fs::path folder = repository.root() / name.category / name.package;

  auto versions = repository.versions(name);
  std::set<std::string> wanted;
  for (const Package* package : versions)
    for (const ebuild::Distfile& distfile : ebuild::distfiles(package->metadata.src_uri)) wanted.insert(distfile.name);
  bool all_known = versions.size() == count_ebuilds(folder);  // else a line may belong to an ebuild that cannot be read

  ebuild::Manifest manifest;
  for (const std::string& file : wanted) {
    const ManifestEntry* line = old.find("DIST", file);
    std::error_code ec;
    if (fs::is_regular_file(distfiles / file, ec)) {
      manifest.entries.push_back(TRY(make_entry("DIST", file, distfiles / file, layout.manifest_hashes)));
      const ManifestEntry& entry = manifest.entries.back();
      if (!line)
        report.added.push_back(file);
      else if (line->size != entry.size || line->digests != entry.digests)
        report.replaced.push_back(file);
    } else if (line) {
      manifest.entries.push_back(*line);
    } else {
      report.missing.push_back(file);
    }
  }
  for (const ManifestEntry& entry : old.entries) {
    if (entry.type != "DIST" || wanted.contains(entry.name)) continue;
    if (all_known)
      report.removed.push_back(entry.name);
    else
      manifest.entries.push_back(entry);
  }
  if (!layout.thin_manifests) TRY(add_own_files(folder, layout.manifest_hashes, manifest.entries));

  std::string text = manifest.text();
  std::error_code ec;
  bool exists = fs::exists(folder / "Manifest", ec);
  if (text.empty()) {
    report.changed = exists;
    TRY(util::remove_tree(folder / "Manifest"));
    return report;
  }
  report.changed = !exists || TRY(util::read_file(folder / "Manifest")) != text;
  if (report.changed) TRY(util::write_file(folder / "Manifest", text));
  return report;
}

}  // namespace cooper::repository

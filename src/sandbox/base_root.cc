#include "sandbox/base_root.h"

#include <fmt/format.h>

#include "sandbox/base_sources.h"
#include "tree/archive.h"
#include "util/hash.h"
#include "util/text.h"

namespace cooper::sandbox {

namespace {

namespace fs = std::filesystem;

Result<store::BaseRoot> from_debian(const store::Store& store, std::string_view suite, const BaseOptions& options) {
  if (suite.empty() || suite.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string_view::npos)
    return fail(ErrorKind::usage, fmt::format("'{}' is no name of a Debian suite", suite), {}, {},
                "for example debian:bookworm");
  return find_or_make_base(store, debian_recipe(suite), [&](const fs::path& root) -> Result<tree::Tree> {
    if (options.offline)
      return fail(
          ErrorKind::distfile,
          fmt::format("the base root debian:{} is not in the store, and --offline forbids the network", suite),
          store.root(), {},
          "run it once without --offline, or take a root that is on this machine: [base] from = \"dir:PATH\" or "
          "\"tar:FILE\"");
    return make_debian_root(store, suite, root, options);
  });
}

Result<store::BaseRoot> from_tar(const store::Store& store, const fs::path& file, const BaseOptions& options) {
  std::error_code ec;
  if (!fs::is_regular_file(file, ec)) return fail(ErrorKind::usage, "the archive of the base root is not there", file);
  if (options.progress) options.progress(fmt::format("reading {}", file.filename().string()));
  std::string recipe = "tar:" + TRY(util::hash_file(util::HashAlgorithm::sha256, file));
  return find_or_make_base(store, recipe, [&](const fs::path& root) -> Result<tree::Tree> {
    if (options.progress) options.progress(fmt::format("unpacking {}", file.filename().string()));
    tree::ExtractOptions extract;
    extract.owner = "(base)";
    return tree::extract_tar(file, root, extract);
  });
}

// The folder is read each time, since nothing tells whether it changed; it is copied only once.
Result<store::BaseRoot> from_directory(const store::Store& store, const fs::path& directory,
                                       const BaseOptions& options) {
  std::error_code ec;
  if (!fs::is_directory(directory, ec))
    return fail(ErrorKind::usage, "the folder of the base root is not there", directory);
  if (options.progress) options.progress(fmt::format("reading {}", directory.string()));
  tree::Tree tree = TRY(tree::scan(directory));
  for (tree::Entry& entry : tree.entries) entry.owner = "(base)";
  return find_or_make_base(store, "dir:" + tree::digest(tree), [&](const fs::path& root) -> Result<tree::Tree> {
    if (options.progress) options.progress(fmt::format("copying {}", directory.string()));
    TRY(tree::materialize(tree, root, false, false));
    for (tree::Entry& entry : tree.entries)
      if (!entry.source.empty()) entry.source = root / entry.path;
    return std::move(tree);
  });
}

}  // namespace

Result<store::BaseRoot> find_or_make_base(const store::Store& store, std::string_view recipe,
                                          const std::function<Result<tree::Tree>(const fs::path&)>& make) {
  std::string hash = util::hash(util::HashAlgorithm::sha256, recipe);
  if (auto base = TRY(store.base(hash))) return std::move(*base);
  util::FileLock lock = TRY(store.lock("base-" + hash));
  if (auto base = TRY(store.base(hash))) return std::move(*base);
  auto scratch = TRY(store.scratch("base"));
  fs::path root = scratch.path() / "root";
  TRY(util::make_directories(root));
  tree::Tree tree = TRY(make(root));
  return store.add_base(hash, recipe, root, std::move(tree));
}

Result<store::BaseRoot> obtain_base(const store::Store& store, std::string_view from, const BaseOptions& options) {
  size_t colon = from.find(':');
  std::string_view kind = from.substr(0, colon),
                   rest = colon == std::string_view::npos ? std::string_view() : from.substr(colon + 1);
  if (kind == "debian") return from_debian(store, rest, options);
  if (kind == "tar") return from_tar(store, fs::path(rest), options);
  if (kind == "dir") return from_directory(store, fs::path(rest), options);
  if (kind == "host")
    return fail(ErrorKind::usage, "the host itself cannot be the base root", {},
                "a build's layers would lie inside the root that they cover, which overlayfs refuses",
                "take from = \"debian:bookworm\", or dir:PATH with a copy of the root that you want");
  return fail(ErrorKind::usage, fmt::format("'{}' is no base root", from), {},
              "known are debian:SUITE, oci:REFERENCE, tar:FILE and dir:PATH", "for example from = \"debian:bookworm\"");
}

}  // namespace cooper::sandbox

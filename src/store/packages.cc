// Built packages: packages/KEY with root/, ledger.json, facts.json and what the build left (environment, log).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "store/facts.h"
#include "store/session.h"
#include "store/store.h"

namespace cooper::store {

namespace fs = std::filesystem;

namespace {

bool valid_key(std::string_view key) {
  return !key.empty() && key.size() <= 200 && key[0] != '.' && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  });
}

// Every file of the ledger is there with its size: what a disk that lost power, or a hand in the store, would break.
Result<> check_files(const tree::Tree& tree, const fs::path& root) {
  util::Fd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("a package has no root", root);
  for (const tree::Entry& entry : tree.entries) {
    if (entry.kind != tree::EntryKind::file) continue;
    struct stat st;
    if (::fstatat(fd.get(), entry.path.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("a file is missing", root / entry.path);
    if (!S_ISREG(st.st_mode) || static_cast<uint64_t>(st.st_size) != entry.size)
      return fail(ErrorKind::failed, "a file is not what was stored", root / entry.path,
                  fmt::format("it has {} bytes and should have {}", st.st_size, entry.size));
  }
  return {};
}

}  // namespace

bool Store::has_package(std::string_view key) const {
  return valid_key(key) && ::access((root_ / "packages" / key / "facts.json").c_str(), F_OK) == 0;
}

Result<BuiltPackage> Store::load_package(std::string_view key) const {
  BuiltPackage package;
  package.directory = root_ / "packages" / key;
  StoredFacts stored =
      TRY(facts_from_json(TRY(util::read_file(package.directory / "facts.json")), package.directory / "facts.json"));
  if (stored.key != key)
    return fail(ErrorKind::failed, "a package lies under a wrong key", package.directory,
                "its facts say " + stored.key);
  package.tree =
      TRY(tree::from_json(TRY(util::read_file(package.directory / "ledger.json")), package.directory / "root"));
  if (tree::digest(package.tree) != stored.tree_digest)
    return fail(ErrorKind::failed, "the ledger is damaged", package.directory / "ledger.json",
                "its digest differs from that in facts.json");
  TRY(check_files(package.tree, package.directory / "root"));
  package.key = std::move(stored.key);
  package.output_digest = std::move(stored.output_digest);
  package.facts = std::move(stored.facts);
  return package;
}

Result<std::optional<BuiltPackage>> Store::package(std::string_view key) const {
  if (!has_package(key)) return std::nullopt;
  fs::path directory = root_ / "packages" / key;
  Result<BuiltPackage> package = load_package(key);
  if (!package) {
    // Again under the lock: another process may have set it aside and built it anew meanwhile.
    util::FileLock lock = TRY(util::FileLock::acquire(root_ / "locks/.damaged", util::FileLock::Kind::exclusive));
    package = load_package(key);
    if (!package) {
      TRY(set_aside(root_, directory, package.error().message()));
      return std::nullopt;
    }
  }
  touch(directory);
  return std::move(*package);
}

Result<BuiltPackage> Store::add_package(std::string_view key, const fs::path& directory, tree::Tree tree,
                                        PackageFacts facts) const {
  if (!valid_key(key)) return fail(ErrorKind::failed, "bad build key", std::string(key));
  fs::path target = root_ / "packages" / key;
  StoredFacts stored{std::string(key), tree::digest(tree), {}, std::move(facts)};
  stored.output_digest = output_digest(stored.tree_digest, stored.facts);
  auto prepare = [&]() -> Result<> {
    TRY(util::make_directories(directory / "root"));
    TRY(tame_modes(tree, directory / "root"));
    TRY(check_files(tree, directory / "root"));
    if (::chmod(directory.c_str(), 0755) != 0 || ::chmod((directory / "root").c_str(), 0755) != 0)
      return fail_errno("cannot set mode", directory);
    TRY(write_unflushed(directory / "ledger.json", tree::to_json(tree)));
    TRY(write_unflushed(directory / "facts.json", facts_to_json(stored)));
    return flush(directory);
  };
  TRY(hinted(prepare()));
  // A rename replaces an empty folder only: who comes second finds the first one's package and takes it. A damaged one
  // is set aside by package(), then the place is free.
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (::rename(directory.c_str(), target.c_str()) == 0) {
      TRY(flush_directory(root_ / "packages"));
      break;
    }
    if (errno != EEXIST && errno != ENOTEMPTY) return fail_errno("cannot put the package in the store", directory);
    if (std::optional<BuiltPackage> first = TRY(package(key))) return std::move(*first);
    if (!has_package(key)) {  // left-overs that are no package
      util::FileLock lock = TRY(util::FileLock::acquire(root_ / "locks/.damaged", util::FileLock::Kind::exclusive));
      if (!has_package(key)) TRY(set_aside(root_, target, "no facts.json"));
    }
  }
  for (tree::Entry& entry : tree.entries)
    entry.source = entry.kind == tree::EntryKind::file ? target / "root" / entry.path : fs::path();
  return BuiltPackage{stored.key, stored.output_digest, std::move(tree), std::move(stored.facts), target};
}

}  // namespace cooper::store

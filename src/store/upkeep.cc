// What `cooper cache` does: list, verify and collect.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "store/facts.h"
#include "store/session.h"
#include "store/store.h"
#include "util/hash.h"
#include "util/text.h"

namespace cooper::store {

namespace fs = std::filesystem;

namespace {

// Bytes of all files below a path, hard links once. What goes away while it is counted counts as nothing.
uint64_t size_of(const fs::path& path, std::set<std::pair<dev_t, ino_t>>& seen) {
  struct stat st;
  if (::lstat(path.c_str(), &st) != 0) return 0;
  if (!S_ISDIR(st.st_mode)) {
    if (st.st_nlink > 1 && !seen.emplace(st.st_dev, st.st_ino).second) return 0;
    return static_cast<uint64_t>(st.st_size);
  }
  uint64_t total = 0;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(path, fs::directory_options::skip_permission_denied, ec))
    total += size_of(entry.path(), seen);
  return total;
}

int64_t modified(const fs::path& path) {
  struct stat st;
  return ::lstat(path.c_str(), &st) == 0 ? st.st_mtim.tv_sec : 0;
}

std::vector<std::string> names_in(const fs::path& path) {
  return util::list_directory(path).value_or(std::vector<std::string>());
}

std::string package_name(const fs::path& directory) {
  Result<std::string> text = util::read_file(directory / "facts.json");
  if (!text) return directory.filename();
  Result<StoredFacts> stored = facts_from_json(*text, directory);
  return stored ? stored->facts.cpv : directory.filename().string();
}

// ID → the text of a recipe that gave it, and the recipe files that name it.
struct Recipes {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<fs::path>> files;
};

Recipes read_recipes(const fs::path& folder) {
  Recipes recipes;
  for (const std::string& name : names_in(folder)) {
    auto document = nlohmann::json::parse(util::read_file(folder / name).value_or(""), nullptr, false);
    std::string id =
        document.is_object() && document.contains("id") && document["id"].is_string() ? document["id"] : "";
    std::string text =
        document.is_object() && document.contains("recipe") && document["recipe"].is_string() ? document["recipe"] : "";
    recipes.files[id].push_back(folder / name);
    recipes.texts.emplace(id, std::string(util::lines(text).empty() ? id : util::lines(text)[0]));
  }
  return recipes;
}

class Checker {
 public:
  std::vector<Store::Damage> damages;

  void add(std::string what, std::string why) { damages.push_back({std::move(what), std::move(why)}); }

  // Compares a root on disk with its ledger: bytes, kinds and names. Devices and fifos stand in the ledger only.
  void compare(const std::string& what, const tree::Tree& ledger, const fs::path& root) {
    Result<tree::Tree> disk = tree::scan(root);
    if (!disk) return add(what, disk.error().message());
    for (const tree::Entry& entry : ledger.entries) {
      using enum tree::EntryKind;
      if (entry.kind == character_device || entry.kind == block_device || entry.kind == fifo) continue;
      const tree::Entry* found = disk->find(entry.path);
      if (!found)
        add(what, "/" + entry.path + " is missing");
      else if (content(*disk, *found) != content(ledger, entry))
        add(what, "/" + entry.path + " is not what was stored");
    }
    for (const tree::Entry& entry : disk->entries)
      if (!ledger.find(entry.path) && entry.kind != tree::EntryKind::directory)
        add(what, "/" + entry.path + " was not stored");
  }

 private:
  static std::string content(const tree::Tree& tree, const tree::Entry& entry) {
    switch (entry.kind) {
      case tree::EntryKind::file: return "file " + entry.digest;
      case tree::EntryKind::hardlink: {
        const tree::Entry* file = tree.find(entry.target);
        return "file " + (file ? file->digest : "");
      }
      case tree::EntryKind::symlink: return "symlink " + entry.target;
      default: return "folder";
    }
  }
};

void verify_blobs(const fs::path& images, Checker& checker) {
  std::error_code ec;
  for (auto it = fs::recursive_directory_iterator(images, fs::directory_options::skip_permission_denied, ec);
       it != fs::recursive_directory_iterator(); it.increment(ec)) {
    const fs::path& path = it->path();
    if (!it->is_regular_file(ec) || path.parent_path().filename() != "sha256") continue;
    Result<std::string> digest = util::hash_file(util::HashAlgorithm::sha256, path);
    if (!digest)
      checker.add("image " + path.string(), digest.error().message());
    else if (*digest != path.filename())
      checker.add("image " + path.string(), "its SHA-256 is " + *digest);
  }
}

}  // namespace

Result<std::vector<Store::Usage>> Store::usage() const {
  std::vector<Usage> list;
  std::set<std::pair<dev_t, ino_t>> seen;
  auto add = [&](std::string kind, std::string name, const fs::path& path) {
    list.push_back({std::move(kind), std::move(name), size_of(path, seen), modified(path), path});
  };
  for (const std::string& key : names_in(root_ / "packages"))
    add("package", package_name(root_ / "packages" / key), root_ / "packages" / key);
  Recipes recipes = read_recipes(root_ / "base-recipes");
  for (const std::string& id : names_in(root_ / "bases")) {
    auto text = recipes.texts.find(id);
    add("base", text == recipes.texts.end() ? id : text->second, root_ / "bases" / id);
  }
  static constexpr std::pair<const char*, const char*> plain[] = {{"distfile", "distfiles"}, {"deb", "debs"},
                                                                  {"image", "images"},       {"metadata", "metadata"},
                                                                  {"damaged", "damaged"},    {"scratch", "tmp"}};
  for (auto [kind, folder] : plain)
    for (const std::string& name : names_in(root_ / folder)) add(kind, name, root_ / folder / name);
  // logs/CATEGORY/PACKAGE.log and failed/CATEGORY/PACKAGE/
  for (auto [kind, folder] : {std::pair("log", "logs"), std::pair("failed", "failed")})
    for (const std::string& category : names_in(root_ / folder))
      for (const std::string& name : names_in(root_ / folder / category))
        add(kind,
            fmt::format("{}/{}", category, kind == std::string_view("log") ? fs::path(name).stem().string() : name),
            root_ / folder / category / name);
  return list;
}

Result<std::vector<Store::Damage>> Store::verify() const {
  Checker checker;
  for (const std::string& key : names_in(root_ / "packages")) {
    Result<BuiltPackage> package = load_package(key);
    if (!package && !has_package(key) && !fs::exists(root_ / "packages" / key))
      continue;  // collected or set aside meanwhile
    if (package)
      checker.compare("package " + package->facts.cpv + " (" + key.substr(0, 12) + ")", package->tree,
                      package->directory / "root");
    else
      checker.add("package " + key, package.error().message());
  }
  for (const std::string& id : names_in(root_ / "bases")) {
    Result<BaseRoot> base = load_base(id);
    if (base)
      checker.compare("base root " + id.substr(0, 12), base->tree, base->root);
    else
      checker.add("base root " + id, base.error().message());
  }
  verify_blobs(root_ / "images", checker);
  for (const std::string& name : names_in(root_ / "damaged"))
    if (!name.ends_with(".why"))
      checker.add(
          "set aside: " + name,
          std::string(util::trim(util::read_file(root_ / "damaged" / (name + ".why")).value_or("unknown reason"))));
  return std::move(checker.damages);
}

Result<uint64_t> Store::collect(int64_t unused_since) const {
  // Everyone who has the store open holds this lock shared; alone, nothing that is removed here can be in use.
  if (::flock(shared_->users.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorKind::failed, "the store is in use", root_, "another cooper runs with it",
                "try again when it has ended");
  struct Downgrade {
    int fd;
    ~Downgrade() { ::flock(fd, LOCK_SH); }
  } downgrade{shared_->users.get()};

  uint64_t freed = 0;
  util::TemporaryDirectory bin = TRY(scratch("collect"));
  Recipes recipes = read_recipes(root_ / "base-recipes");
  for (const Usage& item : TRY(usage())) {
    bool rubbish = item.kind == "damaged" || item.kind == "scratch";
    if (item.path == bin.path().parent_path() || (!rubbish && item.last_used >= unused_since)) continue;
    if (item.kind == "base")
      for (const fs::path& file : recipes.files[item.path.filename()]) ::unlink(file.c_str());
    // First out of sight in one step, then away: a kill in between leaves no half of it.
    fs::path moved = bin.path() / item.path.filename();
    if (::rename(item.path.c_str(), moved.c_str()) != 0) {
      if (errno == ENOENT) continue;
      return fail_errno("cannot remove from the store", item.path);
    }
    TRY(util::remove_tree(moved));
    freed += item.bytes;
  }
  // Nobody else is here: lock files of names that will not come again can go.
  for (const std::string& name : names_in(root_ / "locks"))
    if (!name.starts_with('.')) ::unlink((root_ / "locks" / name).c_str());
  return freed;
}

}  // namespace cooper::store

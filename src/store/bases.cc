// Base roots: bases/ID with root/ and ledger.json; base-recipes/HASH tells which ID a recipe gave.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "store/session.h"
#include "store/store.h"

namespace cooper::store {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Recipe {
  std::string id, text;
};

Result<Recipe> read_recipe(const fs::path& path) {
  std::string text = TRY(util::read_file(path, 1 << 20));
  json document = json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("id") || !document["id"].is_string() ||
      !document.contains("recipe") || !document["recipe"].is_string() ||
      !tree::valid_path(document["id"].get<std::string>()))
    return fail(ErrorKind::failed, "a recipe of the store is damaged", path);
  return Recipe{document["id"], document["recipe"]};
}

}  // namespace

Result<BaseRoot> Store::load_base(std::string_view id) const {
  BaseRoot base;
  fs::path directory = root_ / "bases" / id;
  base.id = id;
  base.root = directory / "root";
  base.tree = TRY(tree::from_json(TRY(util::read_file(directory / "ledger.json")), base.root));
  if (tree::digest(base.tree) != id)
    return fail(ErrorKind::failed, "the ledger is damaged", directory / "ledger.json",
                "its digest is not the base root's id");
  if (::access(base.root.c_str(), R_OK | X_OK) != 0) return fail_errno("a base root has no files", base.root);
  return base;
}

Result<std::optional<BaseRoot>> Store::base_with_id(std::string_view id) const {
  if (!tree::valid_path(id) || ::access((root_ / "bases" / id).c_str(), F_OK) != 0) return std::nullopt;
  return load_base(id);
}

Result<std::optional<BaseRoot>> Store::base(std::string_view recipe_hash) const {
  fs::path path = root_ / "base-recipes" / recipe_hash;
  if (::access(path.c_str(), F_OK) != 0) return std::nullopt;
  auto load = [&]() -> Result<BaseRoot> {
    Recipe recipe = TRY(read_recipe(path));
    BaseRoot base = TRY(load_base(recipe.id));
    base.recipe = recipe.text;
    return base;
  };
  Result<BaseRoot> base = load();
  if (!base) {
    util::FileLock lock = TRY(util::FileLock::acquire(root_ / "locks/.damaged", util::FileLock::Kind::exclusive));
    base = load();
    if (!base) {
      Result<Recipe> recipe = read_recipe(path);
      if (recipe && ::access((root_ / "bases" / recipe->id).c_str(), F_OK) == 0)
        TRY(set_aside(root_, root_ / "bases" / recipe->id, base.error().message()));
      if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno("cannot remove a damaged recipe", path);
      return std::nullopt;
    }
  }
  touch(root_ / "bases" / base->id);
  return std::move(*base);
}

Result<BaseRoot> Store::add_base(std::string_view recipe_hash, std::string_view recipe, const fs::path& root,
                                 tree::Tree tree) const {
  std::string id = tree::digest(tree);
  fs::path target = root_ / "bases" / id;
  auto store_root = [&]() -> Result<> {
    util::TemporaryDirectory staging = TRY(scratch("base"));
    TRY(tame_modes(tree, root));
    if (::chmod(staging.path().c_str(), 0755) != 0 || ::chmod(root.c_str(), 0755) != 0)
      return fail_errno("cannot set mode", root);
    TRY(write_unflushed(staging.path() / "ledger.json", tree::to_json(tree)));
    if (::rename(root.c_str(), (staging.path() / "root").c_str()) != 0)
      return fail_errno("cannot put the base root in the store", root);
    TRY(flush(staging.path()));
    util::FileLock lock = TRY(util::FileLock::acquire(root_ / "locks/.damaged", util::FileLock::Kind::exclusive));
    if (::access(target.c_str(), F_OK) == 0) {
      // Another process, or another recipe, made the very same root; or it is there, but broken.
      Result<BaseRoot> there = load_base(id);
      if (there) return {};
      TRY(set_aside(root_, target, there.error().message()));
    }
    if (::rename(staging.path().c_str(), target.c_str()) != 0)
      return fail_errno("cannot put the base root in the store", target);
    staging.release();
    return flush_directory(root_ / "bases");
  };
  TRY(hinted(store_root()));
  std::string note = json{{"id", id}, {"recipe", recipe}}.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
  TRY(hinted(util::write_file(root_ / "base-recipes" / recipe_hash, note)));
  BaseRoot base = TRY(load_base(id));
  base.recipe = recipe;
  return base;
}

}  // namespace cooper::store

// The build key, and actions as folders.
#include "build/action.h"

#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "util/file.h"
#include "util/hash.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Changes whenever the executor makes something else of the same action.
constexpr const char* executor_revision = "cooper build 3";

// Adds a file or all files below a folder, with names relative to it and whether they can be executed.
Result<> add_contents(util::Hasher& hasher, const fs::path& path, std::string_view name) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0) return fail_errno("cannot read", path);
  hasher.update_field(name);
  if (S_ISDIR(info.st_mode)) {
    hasher.update_field("folder");
    for (const std::string& entry : TRY(util::list_directory(path)))
      if (name != "runtime" || !entry.ends_with(".md")) TRY(add_contents(hasher, path / entry, entry));
    hasher.update_field("end");
  } else if (S_ISLNK(info.st_mode)) {
    std::error_code ec;
    hasher.update_field("link");
    hasher.update_field(fs::read_symlink(path, ec).string());
  } else {
    hasher.update_field(info.st_mode & 0100 ? "program" : "file");
    hasher.update_field(TRY(util::read_file(path)));
  }
  return {};
}

void add_list(util::Hasher& hasher, std::vector<std::string> list, bool sorted) {
  if (sorted) std::sort(list.begin(), list.end());
  hasher.update_field(std::to_string(list.size()));
  for (const std::string& one : list) hasher.update_field(one);
}

void add_layers(util::Hasher& hasher, const std::vector<ActionLayer>& layers) {
  hasher.update_field(std::to_string(layers.size()));
  for (const ActionLayer& layer : layers) {
    for (const std::string* text : {&layer.cpv, &layer.slot, &layer.subslot, &layer.repository, &layer.output_digest})
      hasher.update_field(*text);
    add_list(hasher, layer.use, true);
    add_list(hasher, layer.iuse, true);
  }
}

// The name that eclass and ebuild files have in an action's folder.
Result<> copy_in(const fs::path& from, const fs::path& to) {
  std::error_code ec;
  TRY(util::make_directories(to.parent_path()));
  fs::copy(from, to,
           fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing, ec);
  if (ec) return fail(ErrorKind::failed, "cannot copy into the action's folder", from, ec.message());
  return {};
}

json layer_to_json(const ActionLayer& layer) {
  return {{"cpv", layer.cpv},
          {"slot", layer.slot},
          {"subslot", layer.subslot},
          {"repository", layer.repository},
          {"use", layer.use},
          {"iuse", layer.iuse},
          {"output_digest", layer.output_digest},
          {"root", fs::absolute(layer.root).string()}};
}

ActionLayer layer_from_json(const json& j) {
  return {j.at("cpv"),
          j.at("slot"),
          j.at("subslot"),
          j.at("repository"),
          j.at("use"),
          j.at("output_digest"),
          j.at("root").get<std::string>(),
          j.at("iuse")};
}

json facts_to_json(const store::PackageFacts& facts) {
  return {{"description", facts.description},
          {"homepage", facts.homepage},
          {"license", facts.license},
          {"iuse", facts.iuse},
          {"use", facts.use},
          {"runtime_packages", facts.runtime_packages},
          {"distfiles", facts.distfiles}};
}

BuildAction action_from_json(const json& j, const fs::path& directory) {
  BuildAction action;
  action.cpv = j.at("cpv");
  action.repository = j.at("repository");
  action.eapi = j.at("eapi");
  action.slot = j.at("slot");
  action.subslot = j.at("subslot");
  action.ebuild = directory / "ebuild" / j.at("ebuild").get<std::string>();
  if (j.at("files").get<bool>()) action.files = directory / "files";
  for (const json& item : j.at("eclasses")) {
    std::string name = item;
    action.eclasses.emplace_back(name, directory / "eclass" / (name + ".eclass"));
  }
  for (const json& name : j.at("bashrc"))
    action.bashrc.emplace_back(name, directory / "bashrc" / name.get<std::string>());
  for (const json& name : j.at("patches"))
    action.patches.emplace_back(name, directory / "patches" / name.get<std::string>());
  for (const json& name : j.at("saved_configs"))
    action.saved_configs.emplace_back(name, directory / "savedconfig" / name.get<std::string>());
  action.runtime = directory / "runtime";
  action.helper = directory / "bin" / "cooper-helper";
  for (const json& file : j.at("distfiles"))
    action.distfiles.push_back({file.at("name"), file.at("path").get<std::string>(), file.at("digest")});
  action.use = j.at("use");
  action.iuse = j.at("iuse");
  action.variables = j.at("variables");
  action.defined_phases = j.at("defined_phases");
  action.properties = j.at("properties");
  action.restrict = j.at("restrict");
  action.base = j.at("base");
  for (const json& layer : j.at("layers")) action.layers.push_back(layer_from_json(layer));
  action.base_provides = j.at("base_provides");
  action.source_date_epoch = j.at("source_date_epoch");
  action.run_tests = j.at("run_tests");
  const json& facts = j.at("facts");
  action.facts.cpv = action.cpv;
  action.facts.repository = action.repository;
  action.facts.slot = action.slot;
  action.facts.subslot = action.subslot;
  action.facts.eapi = action.eapi;
  action.facts.defined_phases = action.defined_phases;
  action.facts.description = facts.at("description");
  action.facts.homepage = facts.at("homepage");
  action.facts.license = facts.at("license");
  action.facts.use = facts.at("use");
  action.facts.iuse = facts.at("iuse");
  action.facts.runtime_packages = facts.at("runtime_packages");
  action.facts.distfiles = facts.at("distfiles");
  return action;
}

}  // namespace

Result<std::string> runtime_digest(const fs::path& runtime, const fs::path& helper) {
  util::Hasher hasher(util::HashAlgorithm::sha256);
  TRY(add_contents(hasher, runtime, "runtime"));
  TRY(add_contents(hasher, helper, "helper"));
  return hasher.hex();
}

Result<std::string> build_key(const BuildAction& action) {
  util::Hasher hasher(util::HashAlgorithm::sha256);
  hasher.update_field(executor_revision);
  hasher.update_field(action.runtime_digest.empty() ? TRY(runtime_digest(action.runtime, action.helper))
                                                    : action.runtime_digest);
  for (const std::string* text :
       {&action.cpv, &action.repository, &action.eapi, &action.slot, &action.subslot, &action.base})
    hasher.update_field(*text);
  TRY(add_contents(hasher, action.ebuild, "ebuild"));
  if (!action.files.empty()) TRY(add_contents(hasher, action.files, "files"));
  hasher.update_field(std::to_string(action.eclasses.size()));
  for (const auto& [name, file] : action.eclasses) TRY(add_contents(hasher, file, name));
  for (const auto* list : {&action.bashrc, &action.patches, &action.saved_configs}) {
    hasher.update_field(std::to_string(list->size()));
    for (const auto& [name, file] : *list) TRY(add_contents(hasher, file, name));
  }
  hasher.update_field(std::to_string(action.distfiles.size()));
  for (const ActionDistfile& file : action.distfiles) {
    hasher.update_field(file.name);
    hasher.update_field(file.digest);
  }
  add_list(hasher, action.use, true);
  add_list(hasher, action.iuse, true);
  hasher.update_field(std::to_string(action.variables.size()));
  for (const auto& [name, value] : action.variables) {
    hasher.update_field(name);
    hasher.update_field(value);
  }
  add_list(hasher, action.properties, true);
  add_list(hasher, action.restrict, true);
  add_layers(hasher, action.layers);
  add_list(hasher, action.base_provides, true);
  hasher.update_field(std::to_string(action.source_date_epoch));
  hasher.update_field(action.run_tests ? "tests" : "");
  return hasher.hex();
}

namespace {

// Copies the files; gives their names.
Result<json> copy_named(const std::vector<std::pair<std::string, fs::path>>& files, const fs::path& folder) {
  json names = json::array();
  for (const auto& [name, file] : files) {
    TRY(copy_in(file, folder / name));
    names.push_back(name);
  }
  return names;
}

}  // namespace

Result<> write_action(const BuildAction& action, const fs::path& directory) {
  TRY(copy_in(action.ebuild, directory / "ebuild" / action.ebuild.filename()));
  if (!action.files.empty()) TRY(copy_in(action.files, directory / "files"));
  json eclasses = json::array(), distfiles = json::array(), layers = json::array();
  json bashrc = TRY(copy_named(action.bashrc, directory / "bashrc"));
  json patches = TRY(copy_named(action.patches, directory / "patches"));
  json saved_configs = TRY(copy_named(action.saved_configs, directory / "savedconfig"));
  for (const auto& [name, file] : action.eclasses) {
    TRY(copy_in(file, directory / "eclass" / (name + ".eclass")));
    eclasses.push_back(name);
  }
  TRY(copy_in(action.runtime, directory / "runtime"));
  TRY(copy_in(action.helper, directory / "bin" / "cooper-helper"));
  for (const ActionDistfile& file : action.distfiles)
    distfiles.push_back({{"name", file.name}, {"path", fs::absolute(file.path).string()}, {"digest", file.digest}});
  for (const ActionLayer& layer : action.layers) layers.push_back(layer_to_json(layer));
  json document = {{"cpv", action.cpv},
                   {"repository", action.repository},
                   {"eapi", action.eapi},
                   {"slot", action.slot},
                   {"subslot", action.subslot},
                   {"ebuild", action.ebuild.filename().string()},
                   {"files", !action.files.empty()},
                   {"eclasses", eclasses},
                   {"distfiles", distfiles},
                   {"use", action.use},
                   {"iuse", action.iuse},
                   {"variables", action.variables},
                   {"defined_phases", action.defined_phases},
                   {"properties", action.properties},
                   {"restrict", action.restrict},
                   {"base", action.base},
                   {"layers", layers},
                   {"base_provides", action.base_provides},
                   {"source_date_epoch", action.source_date_epoch},
                   {"run_tests", action.run_tests},
                   {"bashrc", bashrc},
                   {"patches", patches},
                   {"saved_configs", saved_configs},
                   {"facts", facts_to_json(action.facts)}};
  return util::write_file(directory / "action.json", document.dump(1) + "\n");
}

Result<BuildAction> read_action(const fs::path& directory) {
  std::string text = TRY(util::read_file(directory / "action.json"));
  try {
    return action_from_json(json::parse(text), directory);
  } catch (const json::exception& e) {
    return fail(ErrorKind::usage, "no build action", directory / "action.json", e.what(),
                "give a folder that cooper wrote for an action");
  }
}

}  // namespace cooper::build

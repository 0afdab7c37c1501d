#include "store/facts.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "util/hash.h"

namespace cooper::store {

namespace {

using nlohmann::json;
constexpr const char* format_name = "cooper-package-1";

json elf_to_json(const tree::ElfFacts& elf) {
  return {{"path", elf.path},     {"machine", elf.machine}, {"bits", elf.bits},       {"interpreter", elf.interpreter},
          {"soname", elf.soname}, {"needed", elf.needed},   {"runpath", elf.runpath}, {"static", elf.is_static}};
}

tree::ElfFacts elf_from_json(const json& value) {
  tree::ElfFacts elf;
  value.at("path").get_to(elf.path);
  value.at("machine").get_to(elf.machine);
  value.at("bits").get_to(elf.bits);
  value.at("interpreter").get_to(elf.interpreter);
  value.at("soname").get_to(elf.soname);
  value.at("needed").get_to(elf.needed);
  value.at("runpath").get_to(elf.runpath);
  value.at("static").get_to(elf.is_static);
  return elf;
}

// Every text or list of texts of the facts with its name: one table for both directions.
template <typename Facts, typename Visitor>
void visit_facts(Facts& facts, Visitor&& visit) {
  visit("cpv", facts.cpv);
  visit("repository", facts.repository);
  visit("slot", facts.slot);
  visit("subslot", facts.subslot);
  visit("eapi", facts.eapi);
  visit("description", facts.description);
  visit("homepage", facts.homepage);
  visit("license", facts.license);
  visit("use", facts.use);
  visit("iuse", facts.iuse);
  visit("runtime_packages", facts.runtime_packages);
  visit("defined_phases", facts.defined_phases);
  visit("distfiles", facts.distfiles);
  visit("warnings", facts.warnings);
  visit("build_seconds", facts.build_seconds);
}

}  // namespace

std::string facts_to_json(const StoredFacts& stored) {
  json facts = json::object();
  visit_facts(stored.facts, [&](const char* name, const auto& value) { facts[name] = value; });
  facts["elf"] = json::array();
  for (const tree::ElfFacts& elf : stored.facts.elf) facts["elf"].push_back(elf_to_json(elf));
  json document = {{"format", format_name},
                   {"key", stored.key},
                   {"tree", stored.tree_digest},
                   {"output", stored.output_digest},
                   {"facts", facts}};
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<StoredFacts> facts_from_json(std::string_view text, const std::filesystem::path& where) {
  try {
    json document = json::parse(text);
    if (document.at("format") != format_name)
      return fail(ErrorKind::failed, "the facts of a package are damaged", where, "unknown format");
    StoredFacts stored;
    document.at("key").get_to(stored.key);
    document.at("tree").get_to(stored.tree_digest);
    document.at("output").get_to(stored.output_digest);
    const json& facts = document.at("facts");
    visit_facts(stored.facts, [&](const char* name, auto& value) { facts.at(name).get_to(value); });
    for (const json& elf : facts.at("elf")) stored.facts.elf.push_back(elf_from_json(elf));
    return stored;
  } catch (const json::exception& e) {
    return fail(ErrorKind::failed, "the facts of a package are damaged", where, e.what());
  }
}

std::string output_digest(std::string_view tree_digest, const PackageFacts& facts) {
  util::Hasher hasher(util::HashAlgorithm::sha256);
  for (std::string_view field :
       {std::string_view("cooper output 1"), tree_digest, std::string_view(facts.cpv),
        std::string_view(facts.repository), std::string_view(facts.slot), std::string_view(facts.subslot)})
    hasher.update_field(field);
  std::vector<std::string> use = facts.use;
  std::sort(use.begin(), use.end());
  for (const std::string& flag : use) hasher.update_field(flag);
  return hasher.hex();
}

}  // namespace cooper::store

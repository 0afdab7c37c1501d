// check_repository: what is wrong with a repository beyond what reading it finds.
#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "ebuild/sources.h"
#include "repository/config.h"
#include "repository/layout.h"
#include "repository/lines.h"
#include "repository/maintain.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::DependencyNode;
using ebuild::GroupKind;

namespace {

class Checker {
 public:
  Checker(const std::shared_ptr<Repository>& repository, const std::vector<std::shared_ptr<Repository>>& others,
          const std::set<ebuild::PackageName>& base_provides)
      : repository_(*repository), chain_(repository->chain()), base_provides_(base_provides) {
    all_.push_back(repository);
    all_.insert(all_.end(), others.begin(), others.end());
  }

  std::vector<Problem> run() {
    read_words("profiles/arch.list", architectures_);
    load_profiles();
    for (const ebuild::PackageName& name : repository_.names()) {
      auto versions = repository_.versions(name);
      if (versions.empty()) continue;
      check_folder(name, versions);
      for (const Package* package : versions) check_package(*package);
    }
    return std::move(problems_);
  }

 private:
  void note(const fs::path& where, std::string what) { problems_.push_back({where.string(), std::move(what)}); }
  void note(const Error& error, const fs::path& where) {
    note(error.where.empty() ? where : fs::path(error.where),
         error.why.empty() ? error.what : error.what + ": " + error.why);
  }

  void read_words(const char* file, std::set<std::string, std::less<>>& out) {
    for (const Repository* link : chain_) {
      auto lines = read_lines(link->root() / file, Folders::none);
      if (!lines) {
        note(lines.error(), link->root() / file);
        continue;
      }
      for (const Line& line : *lines) out.emplace(line.text);
    }
  }

  // Every profile of profiles.desc must load. Their implicit flags are what dependencies may use beyond IUSE.
  void load_profiles() {
    fs::path file = repository_.root() / "profiles/profiles.desc";
    auto lines = read_lines(file, Folders::none);
    if (!lines) return note(lines.error(), file);
    for (const Line& line : *lines) {
      auto words = util::words(line.text);
      if (words.size() < 3) {
        note(line.where.text(), "expected KEYWORD PROFILE STABILITY (PMS 4.4.1)");
        continue;
      }
      if (!architectures_.empty() && !architectures_.contains(words[0]))
        note(line.where.text(), fmt::format("profiles/arch.list has no '{}'", words[0]));
      auto config = Config::load(all_, fmt::format("{}:{}", repository_.name(), words[1]), {});
      if (!config) {
        note(config.error(), line.where.text());
        continue;
      }
      for (const Problem& problem : (*config)->problems()) note(problem.where, problem.what);
      for (const ebuild::Atom& atom : (*config)->system_set())
        if (!exists(atom.name))
          note(line.where.text(), fmt::format("the profile's system set has {}, which no repository has", atom.text()));
      configs_.push_back(std::move(*config));
    }
  }

  bool exists(const ebuild::PackageName& name) {
    auto [it, fresh] = exists_.try_emplace(name, false);
    if (fresh)
      it->second =
          std::ranges::any_of(all_, [&](const auto& repository) { return !repository->versions(name).empty(); }) ||
          std::ranges::any_of(chain_, [&](const Repository* link) { return !link->versions(name).empty(); });
    return it->second;
  }

  void check_folder(const ebuild::PackageName& name, const std::vector<const Package*>& versions) {
    fs::path folder = repository_.root() / name.category / name.package;
    std::error_code ec;
    if (!fs::exists(folder / "metadata.xml", ec)) note(folder, "has no metadata.xml");
    auto manifest = repository_.manifest(name);
    if (!manifest) return note(manifest.error(), folder / "Manifest");
    std::set<std::string> wanted;
    for (const Package* package : versions)
      for (const ebuild::Distfile& distfile : ebuild::distfiles(package->metadata.src_uri))
        if (wanted.insert(distfile.name).second && !manifest->find("DIST", distfile.name))
          note(package->ebuild(),
               fmt::format("{} has no line in the Manifest; `cooper repo manifest` writes it", distfile.name));
    for (const ebuild::ManifestEntry& entry : manifest->entries)
      if (entry.type == "DIST" && !wanted.contains(entry.name))
        note(folder / "Manifest",
             fmt::format("no ebuild needs {}; `cooper repo manifest` removes the line", entry.name));
    check_descriptions(folder, name, versions);
  }

  void check_descriptions(const fs::path& folder, const ebuild::PackageName& name,
                          const std::vector<const Package*>& versions) {
    auto descriptions = repository_.flag_descriptions(name);
    std::set<std::string> told;
    for (const Package* package : versions)
      for (const auto& [flag, value] : package->metadata.iuse)
        if (!descriptions.contains(std::string(flag)) && told.emplace(flag).second)
          note(folder / "metadata.xml",
               fmt::format("the USE flag '{}' is described neither here nor in profiles/", flag));
  }

  void check_package(const Package& package) {
    const Metadata& metadata = package.metadata;
    if (metadata.description.empty()) note(package.ebuild(), "DESCRIPTION is not set");
    for (std::string_view keyword : metadata.keywords) {
      std::string_view name = keyword;
      if (name.starts_with('~') || name.starts_with('-')) name.remove_prefix(1);
      if (name != "*" && !architectures_.empty() && !architectures_.contains(name))
        note(package.ebuild(), fmt::format("KEYWORDS has '{}', which profiles/arch.list does not have", keyword));
    }
    flags_ = &package;
    allowed_.clear();
    for (const auto& [flag, value] : metadata.iuse) allowed_.emplace(flag);
    for (const auto& config : configs_)
      for (const auto& [flag, state] : config->flags(package).all()) allowed_.emplace(flag);
    for (auto [key, node] : {std::pair<const char*, const DependencyNode*>("DEPEND", &metadata.depend.get()),
                             {"BDEPEND", &metadata.bdepend.get()},
                             {"RDEPEND", &metadata.rdepend.get()},
                             {"PDEPEND", &metadata.pdepend.get()},
                             {"IDEPEND", &metadata.idepend.get()}}) {
      check_flags(key, *node);
      build_time_ = key == std::string_view("DEPEND") || key == std::string_view("BDEPEND");
      check_atoms(key, *node, false);
    }
    for (auto [key, node] : {std::pair<const char*, const DependencyNode*>("LICENSE", &metadata.license.get()),
                             {"SRC_URI", &metadata.src_uri.get()},
                             {"RESTRICT", &metadata.restrict.get()},
                             {"PROPERTIES", &metadata.properties.get()},
                             {"REQUIRED_USE", &metadata.required_use.get()}})
      check_flags(key, *node);
    for (const DependencyNode* leaf : ebuild::leaves(metadata.required_use)) check_flag("REQUIRED_USE", leaf->word);
    for (const DependencyNode* leaf : ebuild::leaves(metadata.license)) check_license(leaf->word);
  }

  void check_flag(const char* key, const std::string& flag) {
    // Without a profile nothing is known of implicit flags.
    if (configs_.empty() || allowed_.contains(flag)) return;
    note(flags_->ebuild(), fmt::format("{} uses the flag '{}', which is not in IUSE_EFFECTIVE", key, flag));
    allowed_.insert(flag);
  }

  void check_flags(const char* key, const DependencyNode& node) {
    if (!node.is_leaf && node.kind == GroupKind::use_conditional) check_flag(key, node.flag);
    for (const DependencyNode& child : node.children) check_flags(key, child);
  }

  bool available(const ebuild::PackageName& name) {
    return (build_time_ && base_provides_.contains(name)) || exists(name);
  }

  // Every package that must be there, must be somewhere; of an any-of group one alternative is enough.
  void check_atoms(const char* key, const DependencyNode& node, bool alternative) {
    if (node.is_leaf) {
      if (!alternative && node.atom->block == ebuild::Block::none && !available(node.atom->name))
        note(flags_->ebuild(),
             fmt::format("{} needs {}, which is in no repository of the chain", key, node.atom->text()));
      return;
    }
    bool choice = node.kind == GroupKind::any_of;
    if (choice && !node.children.empty() &&
        std::ranges::none_of(node.children, [&](const DependencyNode& child) { return satisfiable(child); }))
      note(flags_->ebuild(),
           fmt::format("{}: no alternative of {} is in a repository of the chain", key, ebuild::to_text(node)));
    for (const DependencyNode& child : node.children) check_atoms(key, child, alternative || choice);
  }

  bool satisfiable(const DependencyNode& node) {
    if (node.is_leaf) return node.atom->block != ebuild::Block::none || available(node.atom->name);
    auto good = [&](const DependencyNode& child) { return satisfiable(child); };
    return node.kind == GroupKind::any_of ? node.children.empty() || std::ranges::any_of(node.children, good)
                                          : std::ranges::all_of(node.children, good);
  }

  void check_license(const std::string& license) {
    std::error_code ec;
    if (std::ranges::any_of(
            chain_, [&](const Repository* link) { return fs::exists(link->root() / "licenses" / license, ec); }))
      return;
    if (std::ranges::none_of(chain_,
                             [&](const Repository* link) { return fs::is_directory(link->root() / "licenses", ec); }))
      return;
    if (missing_licenses_.insert(license).second)
      note(flags_->ebuild(), fmt::format("the license '{}' is not in licenses/", license));
  }

  const Repository& repository_;
  std::vector<const Repository*> chain_;
  const std::set<ebuild::PackageName>& base_provides_;
  bool build_time_ = false;  // whether what is being checked may come from the base root
  std::vector<std::shared_ptr<Repository>> all_;
  std::vector<std::shared_ptr<Config>> configs_;
  std::set<std::string, std::less<>> architectures_;
  std::map<ebuild::PackageName, bool> exists_;
  std::set<std::string> missing_licenses_;
  const Package* flags_ = nullptr;  // the package being checked …
  std::set<std::string> allowed_;   // … and the flags that it may use
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_repository(const std::shared_ptr<Repository>& repository,
                                      const std::vector<std::shared_ptr<Repository>>& others,
                                      const std::set<ebuild::PackageName>& base_provides) {
  return Checker(repository, others, base_provides).run();
}

}  // namespace cooper::repository

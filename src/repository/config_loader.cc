// Config::load: reads the profile stack, etc/portage and the spec's settings into a ProfileConfig, lowest layer first.
#include <algorithm>

#include <fmt/format.h>

#include "ebuild/names.h"
#include "repository/profile_config.h"
#include "repository/updates.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::repository {

namespace fs = std::filesystem;
using ebuild::Atom;

namespace {

// PMS 5.3.1, and those that Portage adds.
constexpr std::string_view incremental_variables[] = {"USE",
                                                      "USE_EXPAND",
                                                      "USE_EXPAND_HIDDEN",
                                                      "USE_EXPAND_IMPLICIT",
                                                      "USE_EXPAND_UNPREFIXED",
                                                      "IUSE_IMPLICIT",
                                                      "CONFIG_PROTECT",
                                                      "CONFIG_PROTECT_MASK",
                                                      "ENV_UNSET",
                                                      "ACCEPT_KEYWORDS",
                                                      "FEATURES",
                                                      "PROFILE_ONLY_VARIABLES",
                                                      "UNINSTALL_IGNORE"};
// Read from left to right, so their words keep their order.
constexpr std::string_view ordered_variables[] = {"ACCEPT_LICENSE", "ACCEPT_PROPERTIES", "ACCEPT_RESTRICT"};
constexpr std::string_view default_accept_license = "* -@EULA";

bool is_one_of(std::span<const std::string_view> list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// The variables of one make.defaults or make.conf.
struct Layer {
  std::map<std::string, std::string, std::less<>> variables;
  Origin origin;
  std::string_view get(std::string_view name) const {
    auto it = variables.find(name);
    return it == variables.end() ? std::string_view() : std::string_view(it->second);
  }
};

}  // namespace

class ConfigLoader {
 public:
  ConfigLoader(const std::vector<std::shared_ptr<Repository>>& repositories, UserSettings settings)
      : settings_(std::move(settings)), config_(std::make_shared<ProfileConfig>()) {
    config_->repositories_ = repositories;
    for (const auto& repository : repositories)
      for (const Repository* link : repository->chain())
        if (std::ranges::find(all_, link) == all_.end()) all_.push_back(link);
    config_->updates_ = Updates(all_);
  }

  Result<std::shared_ptr<Config>> run(std::string_view profile) {
    std::string from_config;
    if (profile.empty() && !settings_.portage_config.empty()) {
      from_config = (settings_.portage_config / "make.profile").string();
      profile = from_config;
    }
    nodes_ = TRY(load_profile_stack(config_->repositories_, profile));
    std::error_code ec;
    if (fs::path user = settings_.portage_config / "profile";
        !settings_.portage_config.empty() && fs::is_directory(user, ec))
      nodes_.push_back(TRY(user_node(user)));
    for (const ProfileNode& node : nodes_)
      if (fs::path hook = node.folder / "profile.bashrc"; node.has("profile.bashrc") && fs::is_regular_file(hook, ec))
        config_->profile_bashrcs_.push_back(hook);
    note_deprecation();
    TRY(read_variables());
    bring_up_to_date();
    TRY(read_repositories());
    config_->iuse_mark_ = config_->use_.mark();
    if (config_->asks_for_tests()) config_->use_.add("test", origin("FEATURES=test"));
    for (size_t i = 0; i < nodes_.size(); ++i) TRY(read_profile(nodes_[i], profile_layers_[i]));
    if (!settings_.multilib) keep_to_one_abi();
    add_user_use();
    TRY(read_packages_files());
    TRY(add_user_masks());
    add_user_keywords();
    add_accepted_words();
    for (const Line& line : portage_.mirrors) add_mirror(line);
    TRY(finish());
    std::ranges::copy(config_->updates_.problems(), std::back_inserter(config_->problems_));
    return std::shared_ptr<Config>(config_);
  }

 private:
  void note(const Place& where, const Error& error) {
    config_->problems_.push_back({where.text(), error.what + (error.why.empty() ? "" : ": " + error.why)});
  }

  static Origin origin(std::string by, Place where = {}) {
    return std::make_shared<const Said>(std::move(by), std::move(where));
  }

  // Variables.

  Result<Layer> read_layer(const fs::path& file, std::string shown) {
    Layer layer;
    layer.origin = origin(std::move(shown));
    std::error_code ec;
    if (!fs::exists(file, ec)) return layer;
    for (Assignment& assignment : TRY(read_assignments(file, [&](std::string_view name) {
           auto it = raw_.find(name);
           return it == raw_.end() ? std::string() : it->second;
         })))
      layer.variables.insert_or_assign(std::move(assignment.name), std::move(assignment.value));
    for (const auto& [name, value] : layer.variables) raw_.insert_or_assign(name, value);
    return layer;
  }

  Result<> read_variables() {
    for (const ProfileNode& node : nodes_)
      profile_layers_.push_back(
          TRY(read_layer(node.folder / "make.defaults", fmt::format("profile {}/make.defaults", node.shown))));
    config_->portage_config_ = settings_.portage_config;
    if (!settings_.portage_config.empty()) {
      fs::path file = settings_.portage_config / "make.conf";
      conf_ = TRY(read_layer(file, file.string()));
      portage_ = TRY(read_portage_config(settings_.portage_config, [&](std::string_view name) {
        auto it = raw_.find(name);
        return it == raw_.end() ? std::string() : it->second;
      }));
    }
    settings_layer_.origin = origin(settings_.origin);
    settings_layer_.variables.insert(settings_.variables.begin(), settings_.variables.end());

    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> sets;
    auto stack = [&](const Layer& layer) {
      for (const auto& [name, value] : layer.variables) {
        if (is_one_of(incremental_variables, name))
          ebuild::stack_incremental(sets[name], value);
        else if (is_one_of(ordered_variables, name))
          config_->variables_[name] += (config_->variables_[name].empty() ? "" : " ") + value;
        else
          config_->variables_[name] = value;
      }
    };
    for (const Layer& layer : profile_layers_) stack(layer);
    stack(conf_);
    stack(settings_layer_);
    for (const auto& [name, set] : sets) config_->variables_[name] = fmt::format("{}", fmt::join(set, " "));
    for (const std::string& name : sets["USE_EXPAND"]) config_->use_expand_[name] = lower(name) + "_";
    config_->use_expand_unprefixed_ = sets["USE_EXPAND_UNPREFIXED"];
    // Profiles of Gentoo name only CHOST. Without --build, configure scripts guess, and may take it for a cross build.
    if (auto host = config_->variables_.find("CHOST"); host != config_->variables_.end())
      config_->variables_.try_emplace("CBUILD", host->second);
    config_->accept_keywords_ = sets["ACCEPT_KEYWORDS"];
    return find_arch();
  }

  Result<> find_arch() {
    config_->arch_ = config_->variables_["ARCH"];
    for (const Repository* repository : all_)
      for (const Line& line : TRY(read_lines(repository->root() / "profiles/arch.list", Folders::none)))
        config_->architectures_.emplace(line.text);
    if (config_->arch_.empty())
      return fail(ErrorKind::usage, "the profile does not set ARCH",
                  nodes_.empty() ? std::string() : nodes_.back().shown,
                  "no make.defaults of the profile or its parents sets it (PMS 5.3.2)",
                  "take a profile for an architecture, e.g. one of profiles.desc");
    if (!config_->architectures_.empty() && !config_->architectures_.contains(config_->arch_))
      return fail(ErrorKind::usage,
                  fmt::format("the profile sets ARCH to '{}', which profiles/arch.list does not have", config_->arch_),
                  nodes_.back().shown);
    if (config_->accept_keywords_.empty()) config_->accept_keywords_.insert(config_->arch_);
    return {};
  }

  // The words of a layer for USE: variables that expand into flags, then USE itself. In profiles the former stack as
  // USE does; a user's setting replaces what was there (portage(5), USE_EXPAND).
  void add_use_of(const Layer& layer, bool profile, const FlagScope& scope = {}) {
    if (!profile) config_->use_.add(layer.get("USE"), layer.origin, scope);
    for (const std::string& name : config_->use_expand_unprefixed_)
      config_->use_.add(layer.get(name), layer.origin, scope);
    for (const auto& [name, prefix] : config_->use_expand_) {
      if (!layer.variables.contains(name)) continue;
      if (!profile) config_->use_.add("-" + prefix + "*", layer.origin, scope);
      for (std::string_view word : util::words(layer.get(name))) {
        bool minus = word.starts_with('-');
        if (minus && !profile)
          config_->problems_.push_back(
              {layer.origin->text(),
               fmt::format("{}=\"{}\": '-' has no meaning here, the whole value replaces the profile's", name,
                           layer.get(name))});
        else
          config_->use_.add(fmt::format("{}{}{}", minus ? "-" : "", prefix, minus ? word.substr(1) : word),
                            layer.origin, scope);
      }
    }
    if (profile) config_->use_.add(layer.get("USE"), layer.origin, scope);
  }

  // Profiles.

  std::optional<Atom> parse_atom(const ProfileNode& node, std::string_view text, const Place& where) {
    auto atom = node.user               ? Atom::parse_user(text, true)
                : node.repository_atoms ? Atom::parse_user(text)
                                        : Atom::parse(text, *node.eapi);
    if (atom) return std::move(*atom);
    note(where, atom.error());
    return std::nullopt;
  }

  Result<> read_flag_file(const ProfileNode& node, std::string_view file, FlagStack& stack, FlagScope scope) {
    for (const Line& line : TRY(node.lines(file))) stack.add(line.text, origin("profile ", line.where), scope);
    return {};
  }

  Result<> read_package_flag_file(const ProfileNode& node, std::string_view file, FlagStack& stack, FlagScope scope) {
    for (const Line& line : TRY(node.lines(file))) {
      size_t end = line.text.find_first_of(" \t");
      scope.name = line.text.substr(0, end);
      scope.atom = nullptr;
      if (!ebuild::is_qualified_name(scope.name)) {
        auto atom = parse_atom(node, scope.name, line.where);
        if (!atom) continue;
        scope.name = {};
        scope.atom = std::make_shared<const Atom>(*std::move(atom));
      }
      if (end != std::string::npos) stack.add(line.text.substr(end), origin("profile ", line.where), scope);
    }
    return {};
  }

  // PMS 5.2.12: in each profile use.X, then use.stable.X, then package.use.X, then package.use.stable.X.
  Result<> read_masks_and_forces(const ProfileNode& node, FlagScope scope) {
    FlagScope stable = scope;
    stable.stable_only = true;
    bool has_stable = node.eapi->profile_use_stable;
    for (auto [kind, stack] :
         {std::pair<std::string, FlagStack*>("mask", &config_->mask_), {"force", &config_->force_}}) {
      TRY(read_flag_file(node, "use." + kind, *stack, scope));
      if (has_stable) TRY(read_flag_file(node, "use.stable." + kind, *stack, stable));
      TRY(read_package_flag_file(node, "package.use." + kind, *stack, scope));
      if (has_stable) TRY(read_package_flag_file(node, "package.use.stable." + kind, *stack, stable));
    }
    return {};
  }

  // package.use and, from EAPI 9 on, use.stable and package.use.stable.
  Result<> read_package_use(const ProfileNode& node, FlagScope scope) {
    FlagScope stable = scope;
    stable.stable_only = true;
    bool has_stable = node.eapi->number >= 9;
    if (has_stable) TRY(read_flag_file(node, "use.stable", config_->use_, stable));
    TRY(read_package_flag_file(node, "package.use", config_->use_, scope));
    if (has_stable) TRY(read_package_flag_file(node, "package.use.stable", config_->use_, stable));
    return {};
  }

  // What profiles/ of each repository itself says of its packages and of those of the repositories that have it as a
  // master.
  Result<> read_repositories() {
    for (auto repository = all_.rbegin(); repository != all_.rend(); ++repository) {
      ProfileNode node = repository_node(**repository);
      FlagScope scope{.repository = *repository};
      Layer layer = TRY(read_layer(node.folder / "make.defaults", node.shown + "/make.defaults"));
      config_->use_.add(layer.get("USE"), layer.origin, scope);
      TRY(read_package_use(node, scope));
      TRY(read_masks_and_forces(node, scope));
      for (const Line& line : TRY(node.lines("package.mask"))) {
        if (!line.text.starts_with('-')) {
          masks_.push_back({line, *repository, false, node.eapi, {}});
          continue;
        }
        // A mask that a master has and this repository does not want for its own packages.
        for (PendingMask& known : masks_)
          if (known.line.text == line.text.substr(1)) known.except.push_back(*repository);
      }
      for (const Line& line : TRY(read_lines(node.folder / "license_groups", Folders::none))) add_license_group(line);
    }
    for (const Line& line : portage_.license_groups) add_license_group(line);
    return {};
  }

  void add_license_group(const Line& line) {
    auto words = util::words(line.text);
    auto& group = config_->license_groups_[std::string(words[0])];
    group.insert(group.end(), words.begin() + 1, words.end());
  }

  Result<> read_profile(const ProfileNode& node, const Layer& layer) {
    add_use_of(layer, true);
    TRY(read_package_use(node, {}));
    TRY(read_masks_and_forces(node, {}));
    for (const Line& line : TRY(node.lines("package.mask")))
      stack_mask(line, node.user || node.repository_atoms, node.eapi);
    for (const Line& line : TRY(node.lines("packages"))) {
      if (line.text.starts_with('-'))
        std::erase_if(system_, [&](const Line& known) { return known.text == line.text.substr(1); });
      else if (line.text.starts_with('*') || node.has_set)
        system_.push_back(line);  // what is neither is there for old tools (PMS 5.2.6)
    }
    for (const Line& line : TRY(node.lines("package.provided"))) {
      if (!node.user && node.eapi->number >= 7)
        return fail(ErrorKind::usage,
                    fmt::format("package.provided is not possible in a profile of EAPI {}", node.eapi->name),
                    line.where, "see PMS 5.2.8");
      stack_provided(line);
    }
    for (const Line& line : TRY(node.lines("package.accept_keywords"))) {
      auto parsed = parse_package_line(line);
      if (parsed)
        add_keywords(std::move(*parsed));
      else
        note(line.where, parsed.error());
    }
    return {};
  }

  void stack_provided(const Line& line) {
    if (line.text.starts_with('-'))
      std::erase_if(provided_, [&](const Line& known) { return known.text == line.text.substr(1); });
    else
      provided_.push_back(line);
  }

  // A mask of a later profile; "-atom" takes the same line of earlier ones away, also a repository's own, as Portage
  // does.
  void stack_mask(const Line& line, bool user, const ebuild::Eapi* eapi) {
    if (line.text.starts_with('-'))
      std::erase_if(masks_, [&](const PendingMask& known) { return known.line.text == line.text.substr(1); });
    else
      masks_.push_back({line, nullptr, user, eapi, {}});
  }

  // PMS 5.2.3: the profile itself, not what it inherits.
  void note_deprecation() {
    auto profile = std::find_if(nodes_.rbegin(), nodes_.rend(), [](const ProfileNode& node) { return !node.user; });
    if (profile == nodes_.rend() || !profile->has("deprecated")) return;
    auto text = util::read_file(profile->folder / "deprecated", uint64_t{1} << 20);
    if (!text) return;
    auto lines = util::lines(*text);
    config_->problems_.push_back(
        {profile->shown, fmt::format("this profile is deprecated{}{}", lines.empty() ? "" : "; use ",
                                     lines.empty() ? "" : util::trim(lines[0]))});
  }

  // Profiles for several ABIs turn libraries of the others on for some packages, for toolchains and for programs that
  // are there in binary form only. Here only the default ABI stays; whoever sets the variables of others wants them.
  void keep_to_one_abi() {
    auto abis = config_->variables_.find("MULTILIB_ABIS");
    if (abis == config_->variables_.end() || util::words(abis->second).size() < 2) return;
    auto is_abi = [](std::string_view name) { return name == "MULTILIB_ABIS" || name.starts_with("ABI_"); };
    for (const Layer* layer : {&conf_, &settings_layer_})
      if (std::ranges::any_of(layer->variables, [&](const auto& one) { return is_abi(one.first); })) return;
    Origin from = origin("multilib is off: [profile] multilib = true turns it on");
    for (const auto& [name, prefix] : config_->use_expand_) {
      if (!is_abi(name)) continue;
      std::set<std::string, std::less<>> kept;
      for (const Layer& layer : profile_layers_) ebuild::stack_incremental(kept, layer.get(name));
      config_->mask_.add(prefix + "*", from);
      for (const std::string& word : kept) config_->mask_.add("-" + prefix + word, from);
    }
    config_->mask_.add("multilib", from);
    abis->second = config_->variables_["DEFAULT_ABI"];
  }

  // The user's settings.

  // Old names and slots of packages, as profiles/updates has them.
  void bring_up_to_date(Atom& atom, const Place& where, const std::string& by = {}) {
    std::string old = atom.text();
    if (config_->updates_.apply(atom))
      config_->problems_.push_back({by + where.text(), fmt::format("'{}' is called '{}' now", old, atom.text())});
  }

  void bring_up_to_date() {
    for (std::vector<PackageLine>* lines :
         {&portage_.use, &portage_.keywords, &portage_.license, &portage_.properties, &portage_.restrictions})
      for (PackageLine& line : *lines) bring_up_to_date(line.atom, line.where);
    for (EnvironmentLine& line : portage_.env) bring_up_to_date(line.atom, line.where);
    for (UserSettings::PackageSettings& package : settings_.packages)
      bring_up_to_date(package.atom, {}, settings_.origin);
    for (std::vector<Atom>* atoms : {&settings_.mask, &settings_.unmask})
      for (Atom& atom : *atoms) bring_up_to_date(atom, {}, settings_.origin);
  }

  void add_user_use() {
    add_use_of(conf_, false);
    for (const std::string& word : settings_.use) config_->use_.add(word, settings_layer_.origin);
    add_use_of(settings_layer_, false);
    for (const EnvironmentLine& line : portage_.env) {
      ProfileConfig::Environment env{line.atom, {}};
      for (const Assignment& assignment : line.assignments)
        env.variables.insert_or_assign(assignment.name, assignment.value);
      add_use_of_environment(env.variables, origin("package.env: ", line.where),
                             {.atom = std::make_shared<const Atom>(line.atom)});
      config_->package_env_.add(std::move(env));
    }
    for (PackageLine& line : portage_.use) {
      FlagScope scope{.atom = std::make_shared<const Atom>(std::move(line.atom))};
      config_->use_.add(util::join(line.words, " "), origin({}, line.where), scope);
    }
    for (const UserSettings::PackageSettings& package : settings_.packages) {
      Origin from = origin(fmt::format("{}: {}", settings_.origin, package.atom.text()));
      FlagScope scope{.atom = std::make_shared<const Atom>(package.atom)};
      add_use_of_environment(package.env, from, scope);
      config_->use_.add(util::join(package.use, " "), from, scope);
      if (!package.env.empty()) config_->package_env_.add({package.atom, package.env});
    }
  }

  // What package.env sets for some packages: USE, and variables that expand into flags.
  void add_use_of_environment(const std::map<std::string, std::string>& variables, const Origin& from,
                              const FlagScope& scope) {
    Layer layer{{variables.begin(), variables.end()}, from};
    add_use_of(layer, false, scope);
  }

  void add_keywords(PackageLine line) {
    // A line without keywords stands for the testing one of each architecture that is accepted.
    if (line.words.empty())
      for (const std::string& keyword : config_->accept_keywords_)
        if (!keyword.starts_with('~') && !keyword.starts_with('*')) line.words.push_back("~" + keyword);
    config_->package_keywords_.add({std::move(line.atom), std::move(line.words)});
  }

  void add_user_keywords() {
    for (PackageLine& line : portage_.keywords) add_keywords(std::move(line));
    for (const UserSettings::PackageSettings& package : settings_.packages)
      if (!package.keywords.empty()) config_->package_keywords_.add({package.atom, package.keywords});
  }

  // ACCEPT_LICENSE and its kin, and the package.* files that say more.
  void add_accepted_words() {
    add_accepted(config_->licenses_, "ACCEPT_LICENSE", default_accept_license, portage_.license);
    add_accepted(config_->properties_, "ACCEPT_PROPERTIES", "*", portage_.properties);
    add_accepted(config_->restrictions_, "ACCEPT_RESTRICT", "*", portage_.restrictions);
    for (const UserSettings::PackageSettings& package : settings_.packages)
      if (!package.license.empty()) config_->licenses_.per_package.add({package.atom, package.license});
  }

  void add_accepted(ProfileConfig::AcceptedWords& accepted, std::string_view variable, std::string_view fallback,
                    std::vector<PackageLine>& lines) {
    std::vector<std::string> unknown;
    accepted.everywhere.stack(fallback, config_->license_groups_);
    for (const Layer& layer : profile_layers_)
      accepted.everywhere.stack(layer.get(variable), config_->license_groups_, &unknown);
    for (const Layer* layer : {&conf_, &settings_layer_})
      accepted.everywhere.stack(layer->get(variable), config_->license_groups_, &unknown);
    for (const std::string& group : unknown)
      config_->problems_.push_back(
          {std::string(variable), fmt::format("there is no license group '{}' in profiles/license_groups", group)});
    for (PackageLine& line : lines) accepted.per_package.add({std::move(line.atom), std::move(line.words)});
  }

  void add_mirror(const Line& line) {
    auto words = util::words(line.text);
    auto& urls = config_->mirrors_[std::string(words[0])];
    urls.insert(urls.end(), words.begin() + 1, words.end());
  }

  Result<> add_user_masks() {
    for (const Line& line : portage_.mask) stack_mask(line, true, &ebuild::newest_eapi());
    for (const PendingMask& pending : masks_) {
      auto atom =
          pending.user ? Atom::parse_user(pending.line.text, true) : Atom::parse(pending.line.text, *pending.eapi);
      if (!atom) {
        note(pending.line.where, atom.error());
        continue;
      }
      if (pending.user) bring_up_to_date(*atom, pending.line.where);
      config_->masks_.add({std::move(*atom), "package.mask: ", pending.line, pending.repository, pending.except});
    }
    for (const Atom& atom : settings_.mask) config_->masks_.add({atom, "mask of " + settings_.origin, {}, nullptr, {}});
    std::vector<Line> unmask;
    for (const Line& line : portage_.unmask) {
      if (line.text.starts_with('-'))
        std::erase_if(unmask, [&](const Line& known) { return known.text == line.text.substr(1); });
      else
        unmask.push_back(line);
    }
    for (const Line& line : unmask) {
      auto atom = Atom::parse_user(line.text, true);
      if (!atom) {
        atom.error().where = line.where;
        return std::unexpected(std::move(atom).error());
      }
      bring_up_to_date(*atom, line.where);
      config_->unmasks_.add({std::move(*atom), {}, line, nullptr, {}});
    }
    for (const Atom& atom : settings_.unmask) config_->unmasks_.add({atom, settings_.origin, {}, nullptr, {}});
    return {};
  }

  Result<> read_packages_files() {
    for (const Line& line : system_) {
      bool system = line.text.starts_with('*');
      auto atom = Atom::parse_user(line.text.substr(system));
      if (atom)
        (system ? config_->system_ : config_->profile_set_).push_back(std::move(*atom));
      else
        note(line.where, atom.error());
    }
    for (const Line& line : portage_.provided) stack_provided(line);
    for (const Line& line : provided_) {
      auto cpv = ebuild::Cpv::parse(line.text);
      if (cpv)
        config_->provided_.push_back(std::move(*cpv));
      else
        note(line.where, cpv.error());
    }
    return {};
  }

  // IUSE_EFFECTIVE beyond IUSE (PMS 11.1.1), and the values of the variables that expand into flags.
  Result<> finish() {
    auto value = [&](const std::string& name) -> std::string_view {
      auto it = config_->variables_.find(name);
      return it == config_->variables_.end() ? std::string_view() : std::string_view(it->second);
    };
    for (std::string_view flag : util::words(value("IUSE_IMPLICIT"))) config_->implicit_.emplace(flag);
    for (std::string_view name : util::words(value("USE_EXPAND_IMPLICIT"))) {
      bool unprefixed = config_->use_expand_unprefixed_.contains(name);
      auto prefix = config_->use_expand_.find(std::string(name));
      for (std::string_view flag : util::words(value(fmt::format("USE_EXPAND_VALUES_{}", name)))) {
        if (unprefixed) config_->implicit_.emplace(flag);
        if (prefix != config_->use_expand_.end()) config_->implicit_.insert(prefix->second + std::string(flag));
      }
    }
    // The architecture's flag is on whatever anybody says; every profile that follows PMS lists it in
    // USE_EXPAND_VALUES_ARCH.
    config_->implicit_.insert(config_->arch_);
    config_->use_.add(config_->arch_, origin("ARCH"));
    for (const auto& [name, prefix] : config_->use_expand_) {
      std::set<std::string, std::less<>> words;
      for (const Layer& layer : profile_layers_) ebuild::stack_incremental(words, layer.get(name));
      for (const Layer* layer : {&conf_, &settings_layer_})
        if (layer->variables.contains(name)) {
          words.clear();
          ebuild::stack_incremental(words, layer->get(name));
        }
      if (!words.empty()) config_->variables_[name] = fmt::format("{}", fmt::join(words, " "));
    }
    return {};
  }

  struct PendingMask {
    Line line;
    const Repository* repository;
    bool user;
    const ebuild::Eapi* eapi;
    std::vector<const Repository*> except;
  };

  UserSettings settings_;
  std::shared_ptr<ProfileConfig> config_;
  std::vector<const Repository*> all_;  // the repositories and their masters, nearest first
  std::vector<ProfileNode> nodes_;
  std::vector<Layer> profile_layers_;  // one for each node
  Layer conf_, settings_layer_;
  PortageConfig portage_;
  std::map<std::string, std::string, std::less<>> raw_;  // what ${NAME} means: the last assignment so far
  std::vector<PendingMask> masks_;
  std::vector<Line> system_, provided_;
};

Result<std::shared_ptr<Config>> Config::load(const std::vector<std::shared_ptr<Repository>>& repositories,
                                             std::string_view profile, UserSettings settings) {
  return ConfigLoader(repositories, std::move(settings)).run(profile);
}

}  // namespace cooper::repository

#include "cli/question.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* situation_group = "The situation, instead of a spec or over it";
constexpr const char* rules = "How it is answered (meanings as for emerge)";

bool names_spec(const std::string& word) {
  std::error_code ec;
  return word.ends_with(".toml") || fs::is_regular_file(word, ec);
}

// Whether the question is about a world of its own, not about an image of the bundled repository.
bool poses_situation(const Question& q) {
  return !q.situation.repositories.empty() || !q.situation.portage_config.empty() || !q.base.empty() || !q.root.empty();
}

Result<bool> yes_or_no(const char* option, const std::string& value, bool fallback) {
  if (value.empty()) return fallback;
  if (value == "y" || value == "True" || value == "true") return true;
  if (value == "n" || value == "False" || value == "false") return false;
  return fail(ErrorKind::usage, fmt::format("{} takes y or n, not '{}'", option, value));
}

// A stand-in for the category that was not given, until there are repositories to look in (complete_names).
constexpr std::string_view any_category = "null";

// "category/" before the name of an atom that has none: ">=foo-1:2" becomes ">=null/foo-1:2".
std::string with_category(const std::string& word) {
  if (word.substr(0, word.find_first_of(":[")).find('/') != std::string::npos) return word;
  size_t name = std::min(word.find_first_not_of("<>=~"), word.size());
  return fmt::format("{}{}/{}", word.substr(0, name), any_category, word.substr(name));
}

// The package that is called so; as for emerge, one that users install goes before virtuals and accounts.
Result<ebuild::PackageName> package_called(const std::string& name,
                                           const std::vector<std::shared_ptr<repository::Repository>>& repositories) {
  std::set<ebuild::PackageName> found, plain;
  std::vector<std::string> known;
  for (const auto& repository : repositories)
    for (const ebuild::PackageName& one : repository->names()) {
      known.push_back(one.package);
      if (one.package == name) found.insert(one);
    }
  for (const ebuild::PackageName& one : found)
    if (one.category != "virtual" && !one.category.starts_with("acct-")) plain.insert(one);
  if (found.size() > 1 && plain.size() == 1) return *plain.begin();
  if (found.size() == 1) return *found.begin();
  if (found.empty()) {
    std::string nearest = util::nearest(name, known);
    return fail(ErrorKind::usage, fmt::format("there is no package called '{}'", name), "the command line", {},
                nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest));
  }
  std::vector<std::string> names;
  for (const ebuild::PackageName& one : found) names.push_back(one.text());
  return fail(ErrorKind::usage, fmt::format("several packages are called '{}'", name), "the command line",
              util::join(names, ", "), "say which, with its category");
}

Result<> add_atoms(const Question& q, spec::ImageSpec& spec) {
  for (const std::string& word : q.what) {
    if (word.starts_with('@')) {
      spec.sets.push_back({word.substr(1), "the command line"});
      continue;
    }
    spec.packages.push_back({TRY(parse_wanted(word)), "the command line"});
  }
  spec.name = spec.packages.empty() ? spec.sets.front().value : spec.packages.front().value.name.package;
  return {};
}

Result<> check_folder(const char* option, const std::string& folder) {
  std::error_code ec;
  if (fs::is_directory(folder, ec)) return {};
  return fail(ErrorKind::usage, fmt::format("the folder of {} is not there", option), folder);
}

// DIR stands for dir:DIR.
std::string base_source(const std::string& base) {
  std::error_code ec;
  if (base == no_base || base.find(':') != std::string::npos) return base;
  return "dir:" + fs::absolute(base, ec).string();
}

}  // namespace

void add_situation_options(CLI::App& app, Situation& situation) {
  app.add_option("--repository", situation.repositories, "an ebuild repository; more of them, the most important first")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->group(situation_group);
  app.add_option("--profile", situation.profile,
                 "REPOSITORY:PROFILE, PROFILE, or a folder (default: make.profile of --portage-config)")
      ->type_name("NAME")
      ->group(situation_group);
  app.add_option("--portage-config", situation.portage_config,
                 "an etc/portage folder: make.conf, package.use, profile/ …")
      ->type_name("DIR")
      ->group(situation_group);
}

Result<ebuild::Atom> parse_wanted(const std::string& word) {
  std::error_code ec;
  if (word.contains('/') && fs::is_directory(word, ec))
    return fail(ErrorKind::usage, "this is a folder, neither a spec nor a package", word, {},
                "name a TOML file, or packages; --repository DIR names a repository to take them from");
  const std::string full = with_category(word);
  auto atom = ebuild::Atom::parse_user(full);
  if (atom) return atom;
  Error error = std::move(atom).error();
  // Told of what was written.
  if (const std::string added = std::string(any_category) + "/"; full != word)
    for (std::string* part : {&error.what, &error.why, &error.hint})
      for (size_t at; (at = part->find(added)) != std::string::npos;) part->erase(at, added.size());
  if (error.hint.empty()) error.hint = "what is asked for is a spec file or atoms like dev-lang/php:8.2";
  return std::unexpected(std::move(error));
}

bool lacks_category(const ebuild::Atom& atom) { return atom.name.category == any_category; }

Result<> pose(const Situation& situation, spec::ImageSpec& spec) {
  std::error_code ec;
  for (const std::string& folder : situation.repositories) TRY(check_folder("--repository", folder));
  if (!situation.portage_config.empty()) TRY(check_folder("--portage-config", situation.portage_config));
  if (!situation.repositories.empty()) spec.repositories.clear();
  for (const std::string& folder : situation.repositories)
    spec.repositories.push_back({.path = fs::absolute(folder, ec).string(), .where = "--repository"});
  if (!situation.portage_config.empty()) spec.portage_config = fs::absolute(situation.portage_config, ec);
  if (!situation.profile.empty()) spec.profile = situation.profile;
  return {};
}

void add_question_options(CLI::App& app, Question& q) {
  app.add_option("WHAT", q.what, "an image spec (a TOML file), or atoms and @sets: then the options below say of what")
      ->required();
  auto option = [&](const char* name, auto& value, const char* help, const char* type) {
    app.add_option(name, value, help)->type_name(type)->group(situation_group);
  };
  add_situation_options(app, q.situation);
  option("--base", q.base,
         "the root that builds run in: a folder (its var/db/pkg tells what it has), none, or "
         "what [base] from takes "
         "(default: none)",
         "BASE");
  option("--root", q.root, "the image's root: what its var/db/pkg has need not be built", "DIR");
  auto flag = [&](const char* name, auto& value, const char* help) { app.add_flag(name, value, help)->group(rules); };
  auto mere_flag = [&](const char* name, bool& value, const char* help) {
    app.add_flag(name, value, help)->disable_flag_override()->group(rules);
  };
  mere_flag(
      "--portage", q.portage,
      "every choice as Portage's: always the highest version, nothing adopted from the base root (the rule with the "
      "options above)");
  mere_flag("--one-root", q.one_root,
            "image and builds share one root, as with ROOT=/; --base has what is installed in it");
  mere_flag("--update", q.update, "with --one-root: what is installed is built only where there is a newer version");
  flag("--deep{all}", q.deep, "… and so is all that it needs; or N: so many steps down");
  mere_flag("--noreplace", q.no_replace, "with --one-root: what is installed is not built again");
  mere_flag("--emptytree", q.empty_tree, "with --one-root: all that is needed is built, as if nothing were installed");
  mere_flag("--newuse", q.new_use, "… but where its flags are others by now");
  mere_flag("--changed-use", q.changed_use, "… but where a flag that it has is set otherwise by now");
  mere_flag("--onlydeps", q.only_dependencies, "not the packages asked for, only what they need");
  flag("--onlydeps-with-rdeps{y}", q.with_rdeps, "y or n: also what they need at run time (default: y)");
  flag("--onlydeps-with-ideps{y}", q.with_ideps,
       "y or n: what their installation needs, where not --onlydeps-with-rdeps");
  mere_flag("--with-test-deps", q.test_dependencies, "also what the tests of the packages asked for need");
  flag("--autounmask{y}", q.autounmask, "y or n: where there is no answer, look for changes of any kind that give one");
  flag("--autounmask-use{y}", q.autounmask_use, "y or n: such changes may set USE flags (default: y)");
  flag("--autounmask-license{y}", q.autounmask_license, "y or n: … may accept licenses");
  flag("--autounmask-keep-keywords{y}", q.autounmask_keep_keywords, "y or n: … may not accept testing keywords");
  flag("--autounmask-keep-masks{y}", q.autounmask_keep_masks, "y or n: … may not unmask");
}

Result<spec::ImageSpec> spec_of(const Question& q) {
  spec::ImageSpec spec;
  std::error_code ec;
  bool own = std::any_of(q.what.begin(), q.what.end(), names_spec);
  if (own) {
    if (q.what.size() > 1) return fail(ErrorKind::usage, "one spec at a time, and no atoms beside it", q.what[1]);
    spec = TRY(spec::load(q.what.front()));
  } else {
    TRY(add_atoms(q, spec));
    if (poses_situation(q)) spec.base_from = no_base, spec.profile.clear();
  }
  TRY(pose(q.situation, spec));
  if (!q.base.empty()) spec.base_from = base_source(q.base);
  if (spec.profile.empty() && spec.portage_config.empty() && q.situation.repositories.empty())
    spec.profile = spec::ImageSpec{}.profile;
  if (spec.profile.empty() && !fs::exists(spec.portage_config / "make.profile", ec))
    return fail(ErrorKind::usage, "no profile is named", spec.portage_config.string(),
                spec.portage_config.empty() ? "" : "this configuration has no make.profile",
                "give --profile NAME, or a --portage-config that has make.profile");
  return spec;
}

Result<> complete_names(spec::ImageSpec& spec,
                        const std::vector<std::shared_ptr<repository::Repository>>& repositories) {
  for (auto& wanted : spec.packages)
    if (lacks_category(wanted.value)) wanted.value.name = TRY(package_called(wanted.value.name.package, repositories));
  return {};
}

Result<resolve::Renewal> renewal_of(const Question& q) {
  const std::pair<const char*, bool> given[] = {{"--update", q.update},        {"--deep", !q.deep.empty()},
                                                {"--noreplace", q.no_replace}, {"--emptytree", q.empty_tree},
                                                {"--newuse", q.new_use},       {"--changed-use", q.changed_use}};
  for (const auto& [option, is_given] : given)
    if (is_given && !q.one_root)
      return fail(ErrorKind::usage,
                  fmt::format("{} is about what is installed, which an image's plan knows nothing of", option), {}, {},
                  "add --one-root, and --base DIR for what is installed");
  resolve::Renewal out{
      .everything = q.empty_tree, .update = q.update, .new_use = q.new_use, .changed_use = q.changed_use};
  out.selective = q.update || q.no_replace || q.new_use || q.changed_use;
  if (q.deep.empty()) return out;
  out.depth = std::numeric_limits<int>::max();
  if (q.deep == "all") return out;
  auto [end, error] = std::from_chars(q.deep.data(), q.deep.data() + q.deep.size(), out.depth);
  if (error != std::errc() || end != q.deep.data() + q.deep.size() || out.depth < 0)
    return fail(ErrorKind::usage, fmt::format("--deep takes a number of steps, not '{}'", q.deep));
  return out;
}

// As emerge: flags may be changed unless told otherwise, all else only where --autounmask or its own option says so.
Result<PlanOptions> plan_options_of(const Question& q) {
  PlanOptions out;
  out.like_portage = q.portage || poses_situation(q);
  out.one_root = q.one_root;
  out.test_dependencies = q.test_dependencies;
  out.renewal = TRY(renewal_of(q));
  std::error_code ec;
  if (!q.root.empty()) TRY(check_folder("--root", q.root));
  if (!q.root.empty()) out.root = fs::absolute(q.root, ec);
  if (q.only_dependencies)
    out.only_dependencies = resolve::OnlyDependencies{TRY(yes_or_no("--onlydeps-with-rdeps", q.with_rdeps, true)),
                                                      TRY(yes_or_no("--onlydeps-with-ideps", q.with_ideps, false))};
  bool given = !q.autounmask.empty();
  bool asked = TRY(yes_or_no("--autounmask", q.autounmask, false));
  bool all = given ? asked : !out.like_portage;
  resolve::Permissions& allowed = out.permissions;
  allowed.use = TRY(yes_or_no("--autounmask-use", q.autounmask_use, true));
  allowed.licenses = TRY(yes_or_no("--autounmask-license", q.autounmask_license, all));
  allowed.keywords = !TRY(yes_or_no("--autounmask-keep-keywords", q.autounmask_keep_keywords, !all));
  allowed.masks = !TRY(yes_or_no("--autounmask-keep-masks", q.autounmask_keep_masks, !all));
  out.suggest = !given || asked;
  return out;
}

}  // namespace cooper::cli

#include "cli/planning.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/base.h"
#include "cli/plan_output.h"
#include "cli/question.h"
#include "cli/user_config.h"
#include "repository/installed.h"
#include "repository/sets.h"
#include "resolve/spec_check.h"
#include "sandbox/base_root.h"
#include "store/store.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

namespace fs = std::filesystem;
using repository::Repository;
using Repositories = std::vector<std::shared_ptr<Repository>>;

constexpr std::string_view bundled_name = "cooper";

Result<std::shared_ptr<Repository>> open_one(const spec::RepositorySpec& entry, const Repositories& others,
                                             const repository::OpenOptions& options) {
  if (entry.path.empty())
    return fail(ErrorKind::usage, fmt::format("repository '{}' is not a folder", entry.name), entry.where,
                "repositories from git and from tarballs are not fetched yet", "clone or unpack it and give its path");
  repository::OpenOptions own = options;
  own.fallback_name = entry.name;
  own.masters = entry.masters;
  own.aliases = entry.aliases;
  own.default_master = entry.default_master;
  auto opened = Repository::open(entry.path, others, own);
  if (!opened) {
    Error error = std::move(opened).error();
    error.why +=
        fmt::format("{}it is the repository '{}' of {}", error.why.empty() ? "" : "\n", entry.name, entry.where);
    return std::unexpected(std::move(error));
  }
  if (!entry.name.empty() && (*opened)->name() != entry.name)
    return fail(ErrorKind::usage, fmt::format("the repository '{}' calls itself '{}'", entry.name, (*opened)->name()),
                entry.where, fmt::format("{}/profiles/repo_name says so", entry.path),
                fmt::format("write: {} = \"{}\"", (*opened)->name(), entry.path));
  return opened;
}

// Those of the spec, highest priority first. The bundled one comes last where the spec names none, where its profile is
// of it, or where one of the others has it as a master.
Result<Repositories> open_repositories(const spec::ImageSpec& spec, const Context& context) {
  repository::OpenOptions options;
  options.runtime = context.data / "runtime";
  options.cache = context.cache_dir;
  options.categories = TRY(listed_categories(spec));
  bool named = std::any_of(spec.repositories.begin(), spec.repositories.end(),
                           [](const auto& r) { return r.name == bundled_name; });
  std::shared_ptr<Repository> bundled;
  Repositories known, out(spec.repositories.size());
  auto open_bundled = [&]() -> Result<> {
    if (named || bundled) return {};
    bundled = TRY(Repository::open(context.data / "ebuilds", {}, options));
    known.insert(known.begin(), bundled);
    return {};
  };
  // A master may stand below its child: what fails is tried again once the others are there.
  for (size_t missing = spec.repositories.size(); missing > 0;) {
    size_t before = missing, knew = known.size();
    Error error;
    for (size_t i = 0; i < spec.repositories.size(); ++i) {
      if (out[i]) continue;
      auto opened = open_one(spec.repositories[i], known, options);
      if (opened) {
        out[i] = std::move(*opened);
        known.push_back(out[i]);
        --missing;
      } else {
        error = std::move(opened).error();
      }
    }
    if (missing == before) TRY(open_bundled());  // it may be the master
    if (known.size() == knew) return std::unexpected(std::move(error));
  }
  bool is_profile = spec.profile.starts_with(fmt::format("{}:", bundled_name));
  if (out.empty() || is_profile) TRY(open_bundled());
  bool is_master = std::any_of(out.begin(), out.end(), [&](const auto& repository) {
    auto chain = repository->chain();
    return std::find(chain.begin(), chain.end(), bundled.get()) != chain.end();
  });
  if (bundled && (out.empty() || is_master || is_profile)) out.push_back(bundled);
  return out;
}

std::vector<std::string> values(const std::vector<spec::Located<std::string>>& list) {
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(item.value);
  return out;
}

repository::UserSettings settings_of(const spec::ImageSpec& spec) {
  repository::UserSettings out;
  out.use = values(spec.use);
  for (const spec::PackageSpec& package : spec.package)
    out.packages.push_back(
        {package.atom.value, values(package.use), values(package.keywords), values(package.license), package.env});
  for (const auto& atom : spec.mask) out.mask.push_back(atom.value);
  for (const auto& atom : spec.unmask) out.unmask.push_back(atom.value);
  out.variables = spec.variables;
  out.portage_config = spec.portage_config;
  out.multilib = spec.multilib;
  out.origin = spec.file.filename().string();
  return out;
}

std::vector<repository::InstalledPackage> as_installed(const std::vector<std::string>& provides) {
  std::vector<repository::InstalledPackage> out;
  for (const std::string& text : provides)
    if (auto stand_in = ebuild::StandIn::parse(text)) out.push_back({.cpv = stand_in->cpv, .stand_in = *stand_in});
  return out;
}

// What the base root gives to builds. A Debian suite is known from a table; other roots must be there to be looked at.
Result<std::vector<repository::InstalledPackage>> base_for_planning(const spec::ImageSpec& spec,
                                                                    const Context& context) {
  if (spec.base_from == no_base) return {};
  std::vector<std::string> provides = sandbox::provides_for(spec.base_from);
  if (!provides.empty()) return as_installed(provides);
  store::BaseRoot root;
  if (spec.base_from.starts_with("dir:")) {
    root.root = spec.base_from.substr(4);
  } else {
    store::Store store = TRY(store::Store::open(context.cache_dir));
    root = TRY(base_root(store, spec.base_from, {{}, context.offline, &interrupted()}));
  }
  std::error_code ec;
  if (!fs::is_directory(root.root, ec))
    return fail(ErrorKind::usage, "the folder of the base root is not there", root.root);
  if (fs::is_directory(root.root / "var/db/pkg", ec)) return repository::list_installed(root.root);
  return as_installed(TRY(sandbox::describe_base(root)).provides);
}

// The one root that has packages installed, or "".
fs::path installed_root(const spec::ImageSpec& spec, const PlanOptions& options) {
  return options.one_root && spec.base_from.starts_with("dir:") ? fs::path(spec.base_from.substr(4)) : fs::path();
}

// An update of "foo", where that is the first `count` of the targets, is one of each slot of it that is installed.
void add_installed_slots(resolve::Request& request, size_t count) {
  if (!request.one_root || !request.renewal.update) return;
  for (size_t i = count; i-- > 0;) {
    const ebuild::Atom target = request.targets[i];
    if (target.op != ebuild::Operator::none || !target.slot.empty()) continue;
    std::set<std::string> slots;
    for (repository::InstalledPackage& installed : request.base_provides) {
      if (installed.cpv.name != target.name || installed.folder.empty()) continue;
      read_slot(installed);
      slots.insert(installed.slot);
    }
    for (const std::string& slot : slots) {
      request.targets.push_back(target);
      request.targets.back().slot = slot;
      request.target_origins.push_back(request.target_origins[i]);
    }
  }
}

// Whether a package neither is installed nor has an ebuild any more.
bool is_gone(const ebuild::PackageName& name, const PlannedImage& planned, const resolve::Request& request) {
  return std::ranges::all_of(planned.repositories, [&](const auto& r) { return r->versions(name).empty(); }) &&
         std::ranges::find(request.base_provides, name, [](const auto& p) { return p.cpv.name; }) ==
             request.base_provides.end();
}

// `sets`: for each package of the spec the set that it is of, or "". `notes` gets a line for what is left out.
Result<resolve::Request> request_for(const PlannedImage& planned, const std::vector<std::string>& sets,
                                     const Context& context, std::vector<std::string>& notes) {
  const spec::ImageSpec& spec = planned.spec;
  const PlanOptions& options = planned.options;
  resolve::Request request;
  request.repositories = planned.repositories;
  request.config = planned.config;
  request.like_portage = options.like_portage;
  request.one_root = options.one_root;
  request.renewal = options.renewal;
  request.only_dependencies = options.only_dependencies;
  request.test_dependencies = options.test_dependencies;
  request.base_provides = TRY(base_for_planning(spec, context));
  for (size_t i = 0; i < spec.packages.size(); ++i) {
    const auto& atom = spec.packages[i];
    if ((sets[i] == "world" || sets[i] == "selected") && is_gone(atom.value.name, planned, request)) {
      notes.push_back(fmt::format("{}: '{}' is neither installed nor in a repository", atom.where, atom.value.text()));
      continue;
    }
    request.targets.push_back(atom.value);
    request.target_origins.push_back(atom.where);
  }
  add_installed_slots(request, static_cast<size_t>(std::ranges::count(sets, "")));
  if (spec.build_libc) {
    request.targets.push_back(TRY(ebuild::Atom::parse_user("sys-libs/glibc")));
    request.target_origins.push_back(fmt::format("{}: [base] libc = \"build\"", spec.file.string()));
  }
  // A set that is gone by now keeps nothing.
  if (fs::path root = installed_root(spec, options); !root.empty())
    if (auto world = repository::read_set("world", *planned.config, planned.repositories, spec.portage_config, root))
      for (const repository::SetMember& member : *world) request.kept_for.push_back(member.atom);
  if (!options.root.empty()) request.image_has = TRY(repository::list_installed(options.root));
  // Portage knows of no adoption: all that an image needs at run time is built for it.
  if (!options.like_portage)
    for (const std::string& name : sandbox::adopted_packages())
      if (!spec.build_libc || name != "sys-libs/glibc")
        request.image_provides.push_back(TRY(ebuild::Atom::parse_user(name)));
  // tmpfiles.d is applied when the image is put together; no program in it needs to.
  if (!options.like_portage) request.image_provides.push_back(TRY(ebuild::Atom::parse_user("virtual/tmpfiles")));
  // What is left out of the image need not be built for it, nor what only it needs.
  for (const auto& atom : spec.exclude) request.image_provides.push_back(atom.value);
  return request;
}

// What would give a plan where there is none, with that plan.
void suggest_changes(PlannedImage& out, const resolve::Request& request) {
  auto suggestion = resolve::suggest(request, out.options.permissions);
  out.changes = std::move(suggestion.changes);
  out.cycle_breaks = std::move(suggestion.cycle_breaks);
  if (suggestion.plan) {
    out.plan = std::move(*suggestion.plan);
    out.error->hint = changes_as_text(out);
  } else if (!out.cycle_breaks.empty()) {
    out.error->hint = cycle_breaks_as_text(out);
  }
}

// What is wrong with the repositories, each a line.
std::vector<std::string> problems_of(const Repositories& repositories) {
  std::vector<std::string> out;
  for (const auto& repository : repositories)
    for (const repository::Problem& problem : repository->problems())
      out.push_back(fmt::format("{}: {}", problem.where, problem.what));
  return out;
}

}  // namespace

Result<PlannedImage> plan_image(spec::ImageSpec spec, const Context& context) {
  PlannedImage planned = TRY(plan_or_suggest(std::move(spec), context, {}));
  if (planned.error) return std::unexpected(std::move(*planned.error));
  return planned;
}

Result<PlannedImage> open_world(spec::ImageSpec spec, const Context& context, std::vector<std::string>& notes,
                                bool read_ahead) {
  PlannedImage out;
  out.spec = std::move(spec);
  TRY(add_configured_repositories(out.spec));
  out.repositories = TRY(open_repositories(out.spec, context));
  if (read_ahead) {
    std::vector<ebuild::PackageName> targets;
    for (const auto& atom : out.spec.packages) targets.push_back(atom.value.name);
    out.scout = std::make_unique<repository::Scout>(out.repositories, std::move(targets));
  }
  notes = bring_up_to_date(out.spec, out.repositories);
  out.config = TRY(repository::Config::load(out.repositories, out.spec.profile, settings_of(out.spec)));
  if (out.scout) out.scout->know(out.config);
  return out;
}

Result<PlannedImage> plan_or_suggest(spec::ImageSpec spec, const Context& context, const PlanOptions& options) {
  std::vector<std::string> notes;
  if (options.like_portage) spec.multilib = true;
  PlannedImage out = TRY(open_world(std::move(spec), context, notes, true));
  out.options = options;
  TRY(complete_names(out.spec, out.repositories));
  std::vector<std::string> sets =
      TRY(expand_sets(out.spec, out.repositories, *out.config, installed_root(out.spec, options)));
  TRY(resolve::check_spec(out.spec, out.repositories, *out.config));
  resolve::Request request = TRY(request_for(out, sets, context, notes));
  auto plan = resolve::resolve(request);
  out.scout.reset();
  std::vector<std::string> problems = problems_of(out.repositories);
  if (!plan) {
    out.error = std::move(plan).error();
    if (out.error->kind == ErrorKind::no_resolution && options.suggest) suggest_changes(out, request);
  }
  for (const auto& repository : out.repositories)
    if (auto kept = repository->save(); !kept) problems.push_back(kept.error().message());
  if (out.error) {
    // An ebuild that could not be read may be the very one that is missing.
    for (size_t i = 0; i < problems.size() && i < 5; ++i)
      out.error->why += fmt::format("{}note: {}", out.error->why.empty() ? "" : "\n", problems[i]);
    return out;
  }
  out.plan = std::move(*plan);
  out.plan.warnings.insert(out.plan.warnings.end(), notes.begin(), notes.end());
  for (std::string& warning : resolve::unused_flags(out.spec, out.plan))
    out.plan.warnings.push_back(std::move(warning));
  for (const repository::Problem& problem : out.config->problems())
    out.plan.warnings.push_back(fmt::format("{}: {}", problem.where, problem.what));
  for (std::string& problem : problems) out.plan.warnings.push_back(std::move(problem));
  return out;
}

}  // namespace cooper::cli

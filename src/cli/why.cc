// `cooper why`: why a package is in the plan or is not, or why a flag has its value.
#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/plan_output.h"
#include "cli/planning.h"
#include "cli/why_not.h"
#include "ebuild/dependency.h"
#include "spec/spec.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

using resolve::Plan;
using resolve::PlannedPackage;
using resolve::Reason;
using Json = nlohmann::ordered_json;

struct WhyArguments {
  std::string spec, what;
  bool absent = false;  // --not
};

const PlannedPackage& at(const Plan& plan, int index) { return plan.packages[static_cast<size_t>(index)]; }

std::string paint(bool on, const char* code, std::string_view text) {
  return on ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

// "php", "dev-lang/php", "dev-lang/php-8.2.32", or an atom.
std::vector<int> packages_called(const Plan& plan, const std::string& what) {
  std::vector<int> out;
  auto atom = ebuild::Atom::parse_user(what);
  for (size_t i = 0; i < plan.packages.size(); ++i) {
    const repository::Package& p = *plan.packages[i].package;
    bool match = p.cpv.name.package == what || p.cpv.text() == what ||
                 (atom && atom->matches(p.cpv, p.metadata.slot + "/" + p.metadata.subslot, p.repository->name()));
    if (match) out.push_back(static_cast<int>(i));
  }
  return out;
}

// The steps from the request down to a reason, outermost first.
std::vector<std::string> chain(const PlannedImage& planned, const Reason& last) {
  std::vector<std::string> out;
  const Reason* reason = &last;
  for (size_t guard = 0; guard <= planned.plan.packages.size(); ++guard) {
    if (reason->parent < 0) {
      std::string where = planned.spec.file.filename().string();
      for (const auto& atom : planned.spec.packages)
        if (atom.value.text() == reason->requirement) where = atom.where;
      out.push_back(fmt::format("{} asks for {} ({})", where, reason->requirement, reason->choice));
      break;
    }
    const PlannedPackage& parent = at(planned.plan, reason->parent);
    out.push_back(fmt::format("{} has {} {} ({})", parent.package->cpv.text(), reason->kind, reason->requirement,
                              reason->choice));
    reason = &parent.reasons.front();
  }
  std::reverse(out.begin(), out.end());
  return out;
}

void print_package(const PlannedImage& planned, int index, const Context& context) {
  const PlannedPackage& p = at(planned.plan, index);
  fmt::print("{}{}  {}\n", paint(context.color_stdout, "1;32", p.package->cpv.text()), slot_suffix(*p.package),
             p.in_image ? "in the image" : "only to build");
  size_t shown = context.verbose ? p.reasons.size() : std::min<size_t>(p.reasons.size(), 1);
  for (size_t r = 0; r < shown; ++r) {
    std::vector<std::string> steps = chain(planned, p.reasons[r]);
    for (size_t i = 0; i < steps.size(); ++i) fmt::print("  {}{}\n", std::string(2 * i, ' '), steps[i]);
  }
  if (shown == p.reasons.size()) return;
  fmt::print("  also needed by:\n");
  for (size_t r = shown; r < p.reasons.size(); ++r) {
    const Reason& reason = p.reasons[r];
    if (reason.parent < 0)
      fmt::print("    the spec: {}\n", reason.requirement);
    else
      fmt::print("    {} ({} {})\n", at(planned.plan, reason.parent).package->cpv.text(), reason.kind,
                 reason.requirement);
  }
}

Json package_json(const PlannedImage& planned, int index) {
  const PlannedPackage& p = at(planned.plan, index);
  Json chains = Json::array();
  for (const Reason& reason : p.reasons) chains.push_back(chain(planned, reason));
  return {{"cpv", p.package->cpv.text()}, {"in_image", p.in_image}, {"chains", chains}};
}

// A flag: "intl", or "dev-lang/php[intl]" for one package.
struct FlagQuery {
  std::string package, flag;
};
FlagQuery parse_flag(std::string what) {
  size_t open = what.find('[');
  FlagQuery out;
  if (open != std::string::npos && what.ends_with(']')) {
    out.package = what.substr(0, open);
    what = what.substr(open + 1, what.size() - open - 2);
  }
  out.flag = what.starts_with('-') || what.starts_with('+') ? what.substr(1) : what;
  return out;
}

std::vector<int> packages_with_flag(const Plan& plan, const FlagQuery& query) {
  std::vector<int> out;
  std::vector<int> named = query.package.empty() ? std::vector<int>{} : packages_called(plan, query.package);
  for (size_t i = 0; i < plan.packages.size(); ++i) {
    auto index = static_cast<int>(i);
    if (!query.package.empty() && std::find(named.begin(), named.end(), index) == named.end()) continue;
    if (plan.packages[i].flags.contains(query.flag) && plan.packages[i].package->metadata.has_iuse(query.flag))
      out.push_back(index);
  }
  return out;
}

void print_flag(const PlannedImage& planned, int index, const FlagQuery& query, const Context& context) {
  const PlannedPackage& p = at(planned.plan, index);
  const repository::FlagState& state = p.flags[query.flag];
  fmt::print("{}[{}]  {}: {}{}\n", paint(context.color_stdout, "1;32", p.package->cpv.text()), query.flag,
             state.enabled ? "on" : "off", state.set_by.empty() ? std::string_view("nobody set it") : state.set_by,
             state.locked ? " (locked by the profile)" : "");
  auto descriptions = p.package->repository->flag_descriptions(p.package->cpv.name);
  if (auto text = descriptions.find(query.flag); text != descriptions.end()) fmt::print("  {}\n", text->second);
}

Error nothing_called(const PlannedImage& planned, const std::string& what) {
  std::vector<std::string> names;
  for (const PlannedPackage& p : planned.plan.packages) {
    names.push_back(p.package->cpv.name.text());
    names.push_back(p.package->cpv.name.package);
    for (const auto& [flag, fallback] : p.package->metadata.iuse) names.emplace_back(flag);
  }
  std::string nearest = util::nearest(what, names);
  return {ErrorKind::usage,
          fmt::format("the plan has no package and no USE flag called '{}'", what),
          planned.spec.file.string(),
          {},
          nearest.empty() ? "`cooper plan` lists all packages" : fmt::format("did you mean '{}'?", nearest)};
}

// Where a planned package needs one that the base root stands for.
struct BaseUser {
  const PlannedPackage* package = nullptr;
  std::string kind, requirement;
};

void find_uses(const ebuild::DependencyNode& node, const PlannedPackage& owner, const char* kind,
               const ebuild::PackageName& name, std::vector<BaseUser>& out) {
  if (node.is_leaf) {
    if (node.atom->name == name && node.atom->block == ebuild::Block::none) out.push_back({&owner, kind, node.word});
    return;
  }
  if (node.kind == ebuild::GroupKind::use_conditional && owner.use.contains(node.flag) == node.negated) return;
  for (const ebuild::DependencyNode& child : node.children) find_uses(child, owner, kind, name, out);
}

std::vector<BaseUser> users_of(const Plan& plan, const ebuild::PackageName& name) {
  std::vector<BaseUser> out;
  for (const PlannedPackage& p : plan.packages) {
    const repository::Metadata& metadata = p.package->metadata;
    find_uses(metadata.bdepend, p, "BDEPEND", name, out);
    find_uses(metadata.depend, p, "DEPEND", name, out);
  }
  return out;
}

// What the base root stands for under that name.
std::vector<const resolve::ProvidedPackage*> provided_called(const Plan& plan, const std::string& what) {
  std::vector<const resolve::ProvidedPackage*> out;
  for (const resolve::ProvidedPackage& provided : plan.provided)
    if (provided.cpv.name.package == what || provided.cpv.name.text() == what || provided.cpv.text() == what)
      out.push_back(&provided);
  return out;
}

void print_provided(const PlannedImage& planned, const resolve::ProvidedPackage& provided, const Context& context) {
  fmt::print("{}  from the base root {}: builds use what is there\n",
             paint(context.color_stdout, "1;32", provided.cpv.text()), planned.spec.base_from);
  for (const BaseUser& user : users_of(planned.plan, provided.cpv.name))
    fmt::print("  {} has {} {}\n", user.package->package->cpv.text(), user.kind, user.requirement);
}

Json provided_json(const PlannedImage& planned, const resolve::ProvidedPackage& provided) {
  Json users = Json::array();
  for (const BaseUser& user : users_of(planned.plan, provided.cpv.name))
    users.push_back(
        {{"cpv", user.package->package->cpv.text()}, {"kind", user.kind}, {"requirement", user.requirement}});
  return {{"cpv", provided.cpv.text()}, {"in_image", false}, {"base_root", provided.by}, {"needed_by", users}};
}

Json absence_json(const Absence& absence) {
  return {{"what", absence.what}, {"in_plan", false}, {"reasons", absence.reasons}, {"remedies", absence.remedies}};
}

void print_indented(std::string_view text, std::string_view first, std::string_view others) {
  bool is_first = true;
  for (std::string_view line : util::split(text, '\n')) {
    fmt::print("{}{}\n", is_first ? first : others, line);
    is_first = false;
  }
}

void print_absence(const Absence& absence, const Context& context) {
  fmt::print("{} is not in the plan\n", paint(context.color_stdout, "1;32", absence.what));
  for (const std::string& reason : absence.reasons) print_indented(reason, "  ", "    ");
  for (const std::string& remedy : absence.remedies) print_indented(remedy, "  hint: ", "        ");
}

// What is in the plan after all: where, and if it is not in the image, for what.
void print_presence(const PlannedImage& planned, int index, const Context& context) {
  const PlannedPackage& p = at(planned.plan, index);
  if (!p.in_image) return print_package(planned, index, context);
  fmt::print("{}{} is in the image: `cooper why` without --not tells why\n",
             paint(context.color_stdout, "1;32", p.package->cpv.text()), slot_suffix(*p.package));
}

Result<int> why_absent(const Context& context, const WhyArguments& arguments, const PlannedImage& planned) {
  std::vector<const resolve::ProvidedPackage*> provided = provided_called(planned.plan, arguments.what);
  std::vector<int> present = packages_called(planned.plan, arguments.what);
  // The bundled repository need not have a package that the base root stands for.
  auto asked = why_not(planned, arguments.what, context);
  if (!asked && provided.empty()) return std::unexpected(std::move(asked).error());
  std::vector<Absence> absences = asked ? std::move(*asked) : std::vector<Absence>{};
  if (context.format == "json") {
    Json out = Json::array();
    for (const Absence& absence : absences) out.push_back(absence_json(absence));
    for (int index : present) {
      Json entry = package_json(planned, index);
      entry["in_plan"] = true;
      out.push_back(entry);
    }
    for (const auto* one : provided) out.push_back(provided_json(planned, *one));
    fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
    return 0;
  }
  for (const Absence& absence : absences) print_absence(absence, context);
  for (int index : present) print_presence(planned, index, context);
  for (const auto* one : provided) print_provided(planned, *one, context);
  return 0;
}

Result<int> why(const Context& context, const WhyArguments& arguments) {
  PlannedImage planned = TRY(plan_image(TRY(spec::load(arguments.spec)), context));
  if (arguments.absent) return why_absent(context, arguments, planned);
  bool json = context.format == "json";
  Json out = Json::array();
  std::vector<int> packages;
  if (!arguments.what.contains('['))
    packages = packages_called(planned.plan, arguments.what);  // with brackets it is a flag
  for (int index : packages) {
    if (json)
      out.push_back(package_json(planned, index));
    else
      print_package(planned, index, context);
  }
  if (packages.empty()) {
    FlagQuery query = parse_flag(arguments.what);
    std::vector<int> with_flag = packages_with_flag(planned.plan, query);
    std::vector<const resolve::ProvidedPackage*> provided = provided_called(planned.plan, arguments.what);
    for (const auto* one : provided) {
      if (json)
        out.push_back(provided_json(planned, *one));
      else
        print_provided(planned, *one, context);
    }
    if (with_flag.empty() && provided.empty()) return std::unexpected(nothing_called(planned, arguments.what));
    for (int index : with_flag) {
      const repository::FlagState& state = at(planned.plan, index).flags[query.flag];
      if (json)
        out.push_back({{"cpv", at(planned.plan, index).package->cpv.text()},
                       {"flag", query.flag},
                       {"enabled", state.enabled},
                       {"locked", state.locked},
                       {"set_by", state.set_by}});
      else
        print_flag(planned, index, query, context);
    }
  }
  if (json) fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
  return 0;
}

}  // namespace

void add_why(Commands& commands) {
  auto arguments = std::make_shared<WhyArguments>();
  CLI::App* app = commands.app.add_subcommand(
      "why", "Tell why a package is in the plan or is not, or why a USE flag has its value");
  app->add_option("SPEC", arguments->spec, "the image spec, a TOML file")->required();
  app->add_option("WHAT", arguments->what,
                  "a package (php, dev-lang/php), a flag (intl), or a flag of a package (dev-lang/php[intl])")
      ->required();
  app->add_flag("--not", arguments->absent,
                "why the package, or the version that an atom names (dev-lang/php:8.3), is not in the plan");
  app->callback([&commands, arguments]() {
    commands.run = [&commands, arguments]() { return why(commands.context, *arguments); };
  });
}

}  // namespace cooper::cli

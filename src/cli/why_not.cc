#include "cli/why_not.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "ebuild/dependency.h"
#include "sandbox/base_root.h"
#include "util/text.h"

namespace cooper::cli {

namespace {

using ebuild::Atom;
using ebuild::DependencyNode;
using ebuild::GroupKind;
using ebuild::PackageName;
using repository::LazyTree;
using repository::Metadata;
using repository::Package;
using repository::Visibility;
using resolve::PlannedPackage;

struct Kind {
  const char* name;
  LazyTree Metadata::*tree;
};
constexpr Kind kinds[] = {{"RDEPEND", &Metadata::rdepend},
                          {"PDEPEND", &Metadata::pdepend},
                          {"DEPEND", &Metadata::depend},
                          {"BDEPEND", &Metadata::bdepend},
                          {"IDEPEND", &Metadata::idepend}};

bool names_match(const Atom& atom, const Package& package) {
  const Metadata& m = package.metadata;
  return atom.matches(package.cpv, m.slot + "/" + m.subslot, package.repository->name());
}

const PlannedPackage* planned_match(const PlannedImage& planned, const Atom& atom) {
  auto found = std::ranges::find_if(planned.plan.packages,
                                    [&](const PlannedPackage& p) { return names_match(atom, *p.package); });
  return found == planned.plan.packages.end() ? nullptr : &*found;
}

// The places of one dependency string that name a package, each with what keeps it from being needed there.
class Mentions {
 public:
  Mentions(const PlannedImage& planned, const PlannedPackage& owner, const PackageName& name, const Kind& kind)
      : planned_(planned), owner_(owner), name_(name), kind_(kind) {}

  std::vector<std::string> find(Absence& absence) {
    const DependencyNode& all = owner_.package->metadata.*kind_.tree;
    for (const DependencyNode& part : all.children) {
      top_ = &part;
      look_at(part, {}, nullptr, absence);
    }
    return std::move(out_);
  }

 private:
  // `off`: the nearest condition around the node that does not hold. `group`: the nearest "|| ( )".
  void look_at(const DependencyNode& node, const DependencyNode* off, const DependencyNode* group, Absence& absence) {
    if (node.is_leaf) {
      if (node.atom->name == name_) tell(node, off, group, absence);
      return;
    }
    if (node.kind == GroupKind::use_conditional && owner_.use.contains(node.flag) == node.negated && !off) off = &node;
    if (node.kind == GroupKind::any_of && !off) group = &node;
    for (const DependencyNode& child : node.children) look_at(child, off, group, absence);
  }

  void tell(const DependencyNode& leaf, const DependencyNode* off, const DependencyNode* group, Absence& absence) {
    const std::string owner = owner_.package->cpv.text();
    if (leaf.atom->block != ebuild::Block::none) {
      if (!off) say(fmt::format("{} blocks it ({} {})", owner, kind_.name, leaf.word));
      return;
    }
    std::string has = fmt::format("{} has {} {}, but ", owner, kind_.name, to_text(*top_));
    if (off)
      say(has + condition(*off, absence));
    else if (std::string taken = group ? taken_instead(*group) : std::string(); !taken.empty())
      say(has + taken + " serves");
    else
      say(has + provider(*leaf.atom));
  }

  std::string condition(const DependencyNode& off, Absence& absence) const {
    const repository::FlagState& state = owner_.flags[off.flag];
    if (!state.locked)
      absence.remedies.push_back(fmt::format("[package.\"{}\"]\nuse = [\"{}{}\"]", owner_.package->cpv.name.text(),
                                             off.negated ? "-" : "", off.flag));
    return fmt::format("{} is {} ({}{})", off.flag, state.enabled ? "on" : "off",
                       state.set_by.empty() ? std::string_view("nobody set it") : state.set_by,
                       state.locked ? ", locked" : "");
  }

  // The branch of an "|| ( )" that the plan has, or "".
  std::string taken_instead(const DependencyNode& group) const {
    for (const DependencyNode& child : group.children) {
      DependencyNode branch = ebuild::evaluate_conditionals(child, owner_.use);
      auto atoms = ebuild::leaves(branch);
      bool there = !atoms.empty() && std::ranges::all_of(atoms, [&](const DependencyNode* leaf) {
        return leaf->atom->block != ebuild::Block::none || planned_match(planned_, *leaf->atom);
      });
      if (there) return to_text(child);
    }
    return {};
  }

  std::string provider(const Atom& atom) const {
    for (const resolve::ProvidedPackage& provided : planned_.plan.provided)
      if (provided.cpv.name == atom.name) return fmt::format("it is provided ({})", provided.by);
    for (const auto& excluded : planned_.spec.exclude)
      if (excluded.value.name == atom.name) return "[root] exclude leaves it out";
    return "it is provided";
  }

  void say(std::string sentence) {
    if (std::ranges::find(out_, sentence) == out_.end()) out_.push_back(std::move(sentence));
  }

  const PlannedImage& planned_;
  const PlannedPackage& owner_;
  const PackageName& name_;
  const Kind& kind_;
  const DependencyNode* top_ = nullptr;
  std::vector<std::string> out_;
};

void add_mentions(const PlannedImage& planned, const PackageName& name, Absence& absence) {
  for (const PlannedPackage& owner : planned.plan.packages)
    for (const Kind& kind : kinds)
      for (std::string& sentence : Mentions(planned, owner, name, kind).find(absence))
        absence.reasons.push_back(std::move(sentence));
}

// All versions of a package, the highest first.
std::vector<const Package*> versions_of(const PlannedImage& planned, const PackageName& name) {
  std::vector<const Package*> out;
  for (const auto& repository : planned.repositories)
    for (const Package* package : repository->versions(name)) out.push_back(package);
  std::ranges::stable_sort(out, [](const Package* a, const Package* b) { return a->cpv.version > b->cpv.version; });
  return out;
}

void add_mask(const PlannedImage& planned, const Package& package, Absence& absence) {
  auto visibility = planned.config->visibility(package);
  if (visibility.visibility == Visibility::visible) return;
  absence.reasons.push_back(fmt::format("{} is masked: {}", package.cpv.text(), visibility.why));
  if (!visibility.remedy.empty()) absence.remedies.push_back(visibility.remedy);
}

bool is_adopted(const PlannedImage& planned, const PackageName& name) {
  if (planned.options.like_portage || (planned.spec.build_libc && name.text() == "sys-libs/glibc")) return false;
  return std::ranges::any_of(sandbox::adopted_packages(), [&](const auto& adopted) { return adopted == name.text(); });
}

// A package of which the plan has no version at all.
Absence of_package(const PlannedImage& planned, const PackageName& name, const std::vector<const Package*>& versions) {
  Absence out{name.text(), {}, {}};
  add_mentions(planned, name, out);
  bool any_visible = std::ranges::any_of(versions, [&](const Package* package) {
    return planned.config->visibility(*package).visibility == Visibility::visible;
  });
  if (is_adopted(planned, name))
    out.reasons.push_back("what programs need of it is taken from the base root ([base] libc)");
  if (!any_visible) add_mask(planned, *versions.front(), out);
  if (out.reasons.empty())
    out.reasons.push_back(fmt::format("nothing in the plan depends on it, and {} does not ask for it",
                                      planned.spec.file.filename().string()));
  return out;
}

// Who in the plan cannot be content with a version, of those who are content with `there`.
void add_demands(const PlannedImage& planned, const Package& package, const PlannedPackage& there, Absence& absence) {
  for (const resolve::Reason& reason : there.reasons) {
    auto atom = Atom::parse_user(reason.requirement);
    if (!atom || names_match(*atom, package)) continue;
    std::string who =
        reason.parent < 0
            ? fmt::format("{} asks for", planned.spec.file.filename().string())
            : fmt::format("{} has {}", planned.plan.packages[static_cast<size_t>(reason.parent)].package->cpv.text(),
                          reason.kind);
    absence.reasons.push_back(fmt::format("{} {}", who, reason.requirement));
  }
}

// What would be if a spec asked for the version too: the reason why there is no such plan, or "".
std::string if_asked_for(const PlannedImage& planned, const Package& package, const Context& context) {
  auto atom = Atom::parse_user("=" + package.cpv.text() + "::" + package.repository->name());
  if (!atom) return {};
  spec::ImageSpec spec = planned.spec;
  spec.sets.clear();  // they stand among the packages already
  spec.packages.push_back({std::move(*atom), "the question"});
  PlanOptions options = planned.options;
  options.suggest = false;
  auto other = plan_or_suggest(std::move(spec), context, options);
  const Error* error = !other ? &other.error() : other->error ? &*other->error : nullptr;
  if (!error) return {};
  return error->why.empty() ? error->what : error->what + "\n" + error->why;
}

// A version, where the plan may have another one.
Absence of_version(const PlannedImage& planned, const Package& package, const Context& context) {
  Absence out{package.cpv.text(), {}, {}};
  add_mask(planned, package, out);
  bool masked = !out.reasons.empty();
  bool any = false;
  for (const PlannedPackage& there : planned.plan.packages) {
    const Package& other = *there.package;
    if (other.cpv.name != package.cpv.name) continue;
    any = true;
    add_demands(planned, package, there, out);
    if (!masked && other.cpv.version > package.cpv.version)
      out.reasons.push_back(fmt::format("the plan has {}, which is higher", other.cpv.text()));
    else
      out.reasons.push_back(fmt::format("the plan has {} instead", other.cpv.text()));
  }
  if (!any) add_mentions(planned, package.cpv.name, out);
  if (!masked && any)
    if (std::string obstacle = if_asked_for(planned, package, context); !obstacle.empty())
      out.reasons.push_back("asked for as well, it would give no plan: " + obstacle);
  if (out.reasons.empty())
    out.reasons.push_back(fmt::format("nothing in the plan depends on it, and {} does not ask for it",
                                      planned.spec.file.filename().string()));
  return out;
}

void drop_repeated(std::vector<std::string>& lines) {
  std::vector<std::string> once;
  for (std::string& line : lines)
    if (std::ranges::find(once, line) == once.end()) once.push_back(std::move(line));
  lines = std::move(once);
}

bool is_planned(const PlannedImage& planned, const Package& package) {
  return std::ranges::any_of(planned.plan.packages, [&](const PlannedPackage& p) { return p.package == &package; });
}

bool is_planned(const PlannedImage& planned, const PackageName& name) {
  return std::ranges::any_of(planned.plan.packages,
                             [&](const PlannedPackage& p) { return p.package->cpv.name == name; });
}

// What a question is about: packages by name, or some versions of one.
struct Subject {
  std::vector<PackageName> names;
  std::optional<Atom> versions;
};

Result<Subject> subject_of(const PlannedImage& planned, const std::string& what) {
  Subject out;
  auto atom = Atom::parse_user(what);
  if (auto cpv = ebuild::Cpv::parse(what)) atom = Atom::parse_user("=" + what);
  std::vector<std::string> all;
  for (const auto& repository : planned.repositories)
    for (const PackageName& name : repository->names()) {
      if ((atom ? name == atom->name : name.package == what) && std::ranges::find(out.names, name) == out.names.end())
        out.names.push_back(name);
      all.push_back(what.find('/') == std::string::npos ? name.package : name.text());
    }
  if (atom && (atom->op != ebuild::Operator::none || !atom->slot.empty() || !atom->repository.empty()))
    out.versions = std::move(*atom);
  if (!out.names.empty()) return out;
  std::string near = util::nearest(atom ? atom->name.text() : what, all);
  return fail(ErrorKind::usage, fmt::format("no repository has a package called '{}'", what), {}, {},
              near.empty() ? "`cooper search WORD` looks through names and descriptions"
                           : fmt::format("did you mean '{}'?", near));
}

}  // namespace

Result<std::vector<Absence>> why_not(const PlannedImage& planned, const std::string& what, const Context& context) {
  Subject subject = TRY(subject_of(planned, what));
  std::vector<Absence> out;
  for (const PackageName& name : subject.names) {
    std::vector<const Package*> versions = versions_of(planned, name);
    if (subject.versions) {
      std::erase_if(versions, [&](const Package* package) { return !names_match(*subject.versions, *package); });
      if (versions.empty())
        return fail(ErrorKind::usage, fmt::format("no repository has '{}'", what), {}, {},
                    fmt::format("`cooper show {}` lists what there is", name.text()));
      if (std::ranges::any_of(versions, [&](const Package* package) { return is_planned(planned, *package); }))
        continue;
      for (const Package* package : versions) out.push_back(of_version(planned, *package, context));
    } else if (!is_planned(planned, name)) {
      if (versions.empty()) continue;
      out.push_back(of_package(planned, name, versions));
    }
  }
  for (Absence& absence : out) {
    drop_repeated(absence.reasons);
    drop_repeated(absence.remedies);
  }
  return out;
}

}  // namespace cooper::cli

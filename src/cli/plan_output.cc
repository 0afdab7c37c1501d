#include "cli/plan_output.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "util/text.h"

namespace cooper::cli {

namespace {

using resolve::Plan;
using resolve::PlannedPackage;
using Json = nlohmann::ordered_json;

const PlannedPackage& at(const Plan& plan, int index) { return plan.packages[static_cast<size_t>(index)]; }
std::string cpv(const Plan& plan, int index) { return at(plan, index).package->cpv.text(); }

Json names(const Plan& plan, const std::vector<int>& indices) {
  Json out = Json::array();
  for (int index : indices) out.push_back(cpv(plan, index));
  return out;
}

Json package_as_json(const PlannedImage& planned, size_t index) {
  const Plan& plan = planned.plan;
  const PlannedPackage& p = plan.packages[index];
  Json out = {{"cpv", p.package->cpv.text()},
              {"category", p.package->cpv.name.category},
              {"package", p.package->cpv.name.package},
              {"version", p.package->cpv.version.text()},
              {"repository", p.package->repository->name()},
              {"slot", p.package->metadata.slot},
              {"subslot", p.package->metadata.subslot},
              {"eapi", std::string(p.package->metadata.eapi->name)},
              {"root", p.in_image ? "image" : "build"},
              {"in_build_root", p.in_build_root},
              {"in_image", p.in_image},
              {"requested", std::find(plan.requested.begin(), plan.requested.end(), static_cast<int>(index)) !=
                                plan.requested.end()}};
  Json flags = Json::object();
  for (const auto& [flag, fallback] : p.package->metadata.iuse)
    if (const repository::FlagState* state = p.flags.find(flag))
      flags[std::string(flag)] = {{"enabled", state->enabled}, {"locked", state->locked}, {"set_by", state->set_by}};
  out["use"] = flags;
  out["depend"] = names(plan, p.depend);
  out["bdepend"] = names(plan, p.bdepend);
  out["rdepend"] = names(plan, p.rdepend);
  out["pdepend"] = names(plan, p.pdepend);
  out["idepend"] = names(plan, p.idepend);
  out["build_closure"] = names(plan, p.build_closure);
  out["slot_bindings"] = p.slot_bindings;
  Json reasons = Json::array();
  for (const resolve::Reason& reason : p.reasons)
    reasons.push_back({{"parent", reason.parent < 0 ? Json() : Json(cpv(plan, reason.parent))},
                       {"kind", reason.kind},
                       {"requirement", reason.requirement},
                       {"choice", reason.choice}});
  out["reasons"] = reasons;
  return out;
}

Json changes_as_json(const std::vector<resolve::Change>& changes) {
  Json use = Json::object(), keywords = Json::object(), licenses = Json::object(), unmask = Json::array();
  for (const resolve::Change& change : changes) {
    std::string name = change.package->cpv.text();
    if (!change.use.empty()) use[name] = change.use;
    if (!change.keyword.empty()) keywords[name] = change.keyword;
    if (!change.licenses.empty()) licenses[name] = change.licenses;
    if (change.unmask) unmask.push_back(name);
  }
  return {{"use", use}, {"keywords", keywords}, {"license", licenses}, {"unmask", unmask}};
}

Json cycle_breaks_as_json(const std::vector<resolve::CycleBreak>& ways) {
  Json out = Json::array();
  for (const resolve::CycleBreak& way : ways)
    out.push_back({{"package", way.package->cpv.text()}, {"without", way.without->cpv.text()}, {"use", way.use}});
  return out;
}

Json error_as_json(const Error& error) {
  const char* kind = error.kind == ErrorKind::usage           ? "usage"
                     : error.kind == ErrorKind::no_resolution ? "no resolution"
                                                              : "failed";
  return {{"kind", kind}, {"what", error.what}, {"where", error.where}, {"why", error.why}, {"hint", error.hint}};
}

std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string slot_suffix(const repository::Package& package) {
  const auto& m = package.metadata;
  bool plain = m.subslot.empty() || m.subslot == m.slot;
  if (m.slot == "0" && plain) return "";
  return ":" + m.slot + (plain ? "" : "/" + m.subslot);
}

ShownFlags::ShownFlags(const repository::Config& config) {
  std::vector<std::string_view> hidden;
  if (auto found = config.variables().find("USE_EXPAND_HIDDEN"); found != config.variables().end())
    hidden = util::words(found->second);
  for (const auto& [variable, prefix] : config.use_expand())
    by_prefix_.emplace(prefix, Variable{variable, std::ranges::find(hidden, variable) != hidden.end()});
}

std::vector<std::pair<std::string, std::vector<std::string>>> ShownFlags::of(const PlannedPackage& package) const {
  struct Flag {
    std::string_view name;
    bool enabled, locked;
  };
  std::map<std::string_view, std::vector<Flag>> groups;
  std::set<std::string_view> seen;
  for (const auto& [flag, fallback] : package.package->metadata.iuse) {
    const repository::FlagState* state = package.flags.find(flag);
    if (!state || !seen.insert(flag).second) continue;
    std::string_view group = "USE", name = flag;
    bool hidden = false;
    // Of LUA and LUA_SINGLE_TARGET the longer one counts.
    for (size_t end = flag.find('_'); end != flag.npos; end = flag.find('_', end + 1))
      if (auto found = by_prefix_.find(flag.substr(0, end + 1)); found != by_prefix_.end()) {
        group = found->second.name, name = flag.substr(end + 1);
        hidden = hidden || found->second.hidden;
      }
    if (!hidden) groups[group].push_back({name, state->enabled, state->locked});
  }
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  for (auto& [group, flags] : groups) {
    std::ranges::sort(flags, {}, [](const Flag& f) { return std::pair(!f.enabled, f.name); });
    std::vector<std::string> texts;
    for (const Flag& flag : flags) {
      std::string& text = texts.emplace_back(flag.enabled ? "" : "-");
      text += flag.name;
      if (flag.locked) text = "(" + text + ")";
    }
    auto place = group == "USE" ? out.begin() : out.end();
    out.insert(place, {std::string(group), std::move(texts)});
  }
  return out;
}

std::string plan_as_portage(const PlannedImage& planned) {
  std::string out;
  if (planned.error && planned.plan.packages.empty()) return out;
  // What builds need of the image's packages cooper builds once; emerge would merge it into ROOT and into /.
  const ShownFlags shown_flags(*planned.config);
  const bool two_roots = planned.options.like_portage && !planned.options.one_root;
  for (const PlannedPackage& p : planned.plan.packages) {
    const auto& m = p.package->metadata;
    bool fetch_restricted = std::any_of(m.restrict->children.begin(), m.restrict->children.end(),
                                        [](const auto& n) { return n.word == "fetch"; });
    std::string head = fmt::format("[ebuild  N {}   ] {}{}::{}", fetch_restricted ? "F" : " ", p.package->cpv.text(),
                                   slot_suffix(*p.package), p.package->repository->name());
    std::string use;
    for (const auto& [variable, flags] : shown_flags.of(p))
      use += fmt::format(" {}=\"{}\"", variable, util::join(flags, " "));
    if (!p.in_image || (two_roots && p.in_build_root)) out += head + use + '\n';
    if (p.in_image) out += head + " to /image/" + use + '\n';
  }
  auto in_image = static_cast<size_t>(std::count_if(planned.plan.packages.begin(), planned.plan.packages.end(),
                                                    [](const auto& p) { return p.in_image; }));
  out += fmt::format("\nTotal: {} ({} in the image, {} to build them)\n",
                     util::count(planned.plan.packages.size(), "package"), in_image,
                     planned.plan.packages.size() - in_image);
  if (!planned.changes.empty()) out += "\nThese changes are needed:\n" + changes_as_text(planned) + "\n";
  return out;
}

std::string plan_as_json(const PlannedImage& planned) {
  const Plan& plan = planned.plan;
  Json packages = Json::array(), provided = Json::array();
  for (size_t i = 0; i < plan.packages.size(); ++i) packages.push_back(package_as_json(planned, i));
  for (const auto& p : plan.provided) provided.push_back({{"cpv", p.cpv.text()}, {"by", p.by}});
  Json out = {{"success", !planned.error},
              {"name", planned.spec.name},
              {"profile", planned.spec.profile},
              {"base", planned.spec.base_from},
              {"requested", names(plan, plan.requested)},
              {"packages", packages},
              {"provided", provided},
              {"warnings", plan.warnings},
              {"changes", changes_as_json(planned.changes)},
              {"cycle_breaks", cycle_breaks_as_json(planned.cycle_breaks)}};
  if (planned.error) out["error"] = error_as_json(*planned.error);
  return text_of(out);
}

std::string no_plan_as_json(const Error& error) {
  return text_of({{"success", false},
                  {"packages", Json::array()},
                  {"changes", changes_as_json({})},
                  {"cycle_breaks", Json::array()},
                  {"error", error_as_json(error)}});
}

std::string plan_as_dot(const PlannedImage& planned) {
  const Plan& plan = planned.plan;
  std::string out = "digraph plan {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (size_t i = 0; i < plan.packages.size(); ++i) {
    const PlannedPackage& p = plan.packages[i];
    bool requested =
        std::find(plan.requested.begin(), plan.requested.end(), static_cast<int>(i)) != plan.requested.end();
    out += fmt::format("  p{} [label=\"{}\"{}{}];\n", i, p.package->cpv.text(),
                       p.in_image ? ", style=filled, fillcolor=\"#dcefdc\"" : ", style=dashed",
                       requested ? ", penwidth=2" : "");
  }
  for (size_t i = 0; i < plan.packages.size(); ++i) {
    const PlannedPackage& p = plan.packages[i];
    struct Kind {
      const char* name;
      const std::vector<int>* list;
      const char* style;
    };
    for (const Kind& kind : {Kind{"RDEPEND", &p.rdepend, "solid"}, Kind{"PDEPEND", &p.pdepend, "solid"},
                             Kind{"DEPEND", &p.depend, "dashed"}, Kind{"BDEPEND", &p.bdepend, "dotted"},
                             Kind{"IDEPEND", &p.idepend, "dotted"}})
      for (int to : *kind.list)
        out += fmt::format("  p{} -> p{} [style={}, tooltip=\"{}\"];\n", i, to, kind.style, kind.name);
  }
  return out + "}\n";
}

}  // namespace cooper::cli

// REQUIRED_USE of the packages of a plan.
#include "ebuild/required_use.h"

#include <fmt/format.h>

#include "resolve/explain.h"
#include "resolve/rejection.h"
#include "util/text.h"

namespace cooper::resolve {

namespace {

// "asked for by php.toml:3:13, RDEPEND of dev-lang/php-8.2.32": from the package up to the request.
std::string chain_of(const Plan& plan, size_t index, const Request& request) {
  std::string out;
  for (int at = static_cast<int>(index); at >= 0;) {
    const PlannedPackage& package = plan.packages[static_cast<size_t>(at)];
    if (package.reasons.empty()) break;
    const Reason& reason = package.reasons.front();
    if (reason.parent < 0) {
      for (size_t i = 0; i < request.targets.size() && i < request.target_origins.size(); ++i)
        if (request.targets[i].text() == reason.requirement) return out + request.target_origins[i];
      return out + reason.requirement;
    }
    out +=
        fmt::format("{} of {}, ", reason.kind, plan.packages[static_cast<size_t>(reason.parent)].package->cpv.text());
    at = reason.parent;
  }
  return out;
}

}  // namespace

std::optional<Error> check_required_use(Search& search, const Plan& plan) {
  for (size_t i = 0; i < plan.packages.size(); ++i) {
    const PlannedPackage& planned = plan.packages[i];
    const repository::Metadata& metadata = planned.package->metadata;
    if (ebuild::required_use_holds(metadata.required_use, planned.use, *metadata.eapi)) continue;
    Error error{ErrorKind::no_resolution, {}, chain_of(plan, i, search.universe().request()), {}, {}};
    std::vector<std::string> parts, lines;
    for (const auto& violation : ebuild::explain_required_use(metadata.required_use, planned.use, *metadata.eapi)) {
      parts.push_back(violation.part);
      lines.push_back(fmt::format("{}: {}", violation.part, violation.reason));
      auto part = ebuild::parse_dependency(violation.part, ebuild::DependencyKind::required_use, *metadata.eapi);
      if (!part) continue;
      std::set<std::string> named;
      std::vector<const ebuild::DependencyNode*> open{&*part};
      while (!open.empty()) {
        const ebuild::DependencyNode* node = open.back();
        open.pop_back();
        if (node->is_leaf)
          named.insert(node->word);
        else if (node->kind == ebuild::GroupKind::use_conditional)
          named.insert(node->flag);
        for (const auto& child : node->children) open.push_back(&child);
      }
      for (const std::string& flag : named) {
        auto state = planned.flags.find(flag);
        if (!state) continue;
        lines.push_back(fmt::format("  {} is {}{}", flag, state->enabled ? "on" : "off",
                                    state->set_by.empty() ? "" : fmt::format(": {}", state->set_by)));
      }
    }
    error.what = fmt::format("the USE flags of {} contradict its REQUIRED_USE: {}", planned.package->cpv.text(),
                             util::join(parts, ", "));
    error.why = util::join(lines, "\n");
    auto changes =
        ebuild::mend_required_use(metadata.required_use, planned.use, *metadata.eapi, [&](std::string_view flag) {
          const repository::FlagState* state = planned.flags.find(flag);
          return state && !state->locked;
        });
    if (changes && !changes->empty()) {
      std::vector<std::string> flags;
      for (const auto& change : *changes) flags.push_back(change.on ? change.flag : "-" + change.flag);
      error.hint = "this would do:\n" + spec_use_lines(planned.package->cpv.name.text(), flags);
    }
    return error;
  }
  return std::nullopt;
}

}  // namespace cooper::resolve

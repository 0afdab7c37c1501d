#include <algorithm>
#include <iterator>

#include "resolve/attempt.h"
#include "resolve/explain.h"
#include "resolve/extract.h"
#include "resolve/plan.h"
#include "resolve/search.h"

namespace cooper::resolve {

namespace {

using Outcome = std::expected<Plan, Failure>;

// Whether the contradiction may come from builds sharing a root.
bool may_come_from_sharing(const Search& search) {
  for (ClauseId id : search.core()) {
    const ClauseMeaning& meaning = search.clause_meaning(id);
    bool sharing = meaning.kind == ClauseMeaning::Kind::one_per_slot && meaning.root == shared_build_root;
    if (sharing || meaning.kind == ClauseMeaning::Kind::binding || meaning.kind == ClauseMeaning::Kind::cycle)
      return true;
  }
  return false;
}

// A plan, a failure with its story, or nothing where builds cannot share their root.
std::optional<Outcome> resolve_with(Universe& universe, RootPolicy policy, bool keeps_versions = false) {
  Search search(universe, policy, keeps_versions);
  while (search.solve()) {
    Graph graph = read_graph(search);
    if (check_bindings(search, graph)) continue;
    if (break_nothing(search, graph)) continue;
    if (has_blocked_build(search, graph)) return std::nullopt;
    std::vector<std::string> warnings = universe.old_names();
    std::ranges::move(blocked_in_base(search, graph), std::back_inserter(warnings));
    std::vector<InstanceId> order = order_builds(search, graph, warnings);
    if (order.empty() && !graph.found.empty()) continue;
    Plan plan = make_plan(search, graph, order, std::move(warnings));
    if (auto error = check_required_use(search, plan)) return std::unexpected(Failure{std::move(*error), {}, {}});
    if (universe.request().like_portage)
      if (auto error = check_virtual_cycles(plan)) return std::unexpected(Failure{std::move(*error), {}, {}});
    if (universe.request().only_dependencies) leave_out_targets(plan);
    return plan;
  }
  if (policy == RootPolicy::shared && may_come_from_sharing(search)) return std::nullopt;
  return std::unexpected(explain_failure(search));
}

}  // namespace

std::expected<Plan, Failure> attempt_plan(Universe& universe) {
  if (universe.request().one_root) {
    // An update goes up; only where that leads nowhere, something goes down.
    if (universe.request().renewal.update)
      if (auto upwards = resolve_with(universe, RootPolicy::single, true); *upwards) return *std::move(upwards);
    return *resolve_with(universe, RootPolicy::single);
  }
  auto shared = resolve_with(universe, RootPolicy::shared);
  if (shared) return *std::move(shared);
  // With a root for each build there are only true conflicts.
  return *resolve_with(universe, RootPolicy::separate);
}

Result<Plan> resolve(const Request& request) {
  auto universe = std::make_shared<Universe>(request);
  if (auto error = unknown_target(*universe)) return std::unexpected(std::move(*error));
  auto attempt = attempt_plan(*universe);
  if (!attempt) return std::unexpected(std::move(attempt).error().error);
  attempt->universe = std::move(universe);
  return *std::move(attempt);
}

}  // namespace cooper::resolve

#include "resolve/explain.h"
#include "resolve/extract.h"
#include "resolve/plan.h"
#include "resolve/search.h"

namespace cooper::resolve {

namespace {

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
std::optional<Result<Plan>> resolve_with(Universe& universe, RootPolicy policy) {
  Search search(universe, policy);
  while (search.solve()) {
    Graph graph = read_graph(search);
    if (check_bindings(search, graph)) continue;
    if (has_blocked_build(search, graph)) return std::nullopt;
    std::vector<std::string> warnings;
    std::vector<InstanceId> order = order_builds(search, graph, warnings);
    if (order.empty() && !graph.found.empty()) continue;
    Plan plan = make_plan(search, graph, order, std::move(warnings));
    if (auto error = check_required_use(search, plan)) return std::unexpected(std::move(*error));
    return plan;
  }
  if (policy == RootPolicy::shared && may_come_from_sharing(search)) return std::nullopt;
  return std::unexpected(explain_failure(search));
}

}  // namespace

Result<Plan> resolve(const Request& request) {
  Universe universe(request);
  if (auto error = unknown_target(universe)) return std::unexpected(std::move(*error));
  auto shared = resolve_with(universe, RootPolicy::shared);
  if (shared) return *std::move(shared);
  // With a root for each build there are only true conflicts.
  return *resolve_with(universe, RootPolicy::separate);
}

}  // namespace cooper::resolve

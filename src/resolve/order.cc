// The order of builds, and what breaks cycles.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "resolve/extract.h"

namespace cooper::resolve {

namespace {

// How much of its closure a package can be built without, where it is part of a cycle.
enum class Slack { no_pdepend, no_optional, direct_only };

class Orderer {
 public:
  Orderer(Search& search, Graph& graph, std::vector<std::string>& warnings)
      : search_(search), graph_(graph), warnings_(warnings) {}

  std::vector<InstanceId> run() {
    for (InstanceId id : graph_.found) number(id);
    std::map<InstanceId, std::vector<InstanceId>> waiters;
    std::map<InstanceId, size_t> missing;
    std::set<std::pair<int, InstanceId>> ready;
    for (InstanceId id : graph_.found) {
      missing[id] = graph_.closure[id].size();
      for (InstanceId member : graph_.closure[id]) waiters[member].push_back(id);
      if (missing[id] == 0) ready.insert({numbers_[id], id});
    }
    while (order_.size() < graph_.found.size()) {
      if (ready.empty()) {
        auto next = break_cycle();
        if (!next) {
          forbid_cycle();
          return {};
        }
        missing[*next] = 0;
        ready.insert({numbers_[*next], *next});
      }
      InstanceId id = ready.begin()->second;
      ready.erase(ready.begin());
      order_.push_back(id);
      done_.insert(id);
      for (InstanceId waiter : waiters[id])
        if (!done_.contains(waiter) && missing[waiter] > 0 && --missing[waiter] == 0)
          ready.insert({numbers_[waiter], waiter});
    }
    return std::move(order_);
  }

 private:
  // Depth-first over all edges: what is needed gets the lower number. This decides between builds that are ready at
  // once.
  void number(InstanceId start) {
    std::vector<std::pair<InstanceId, size_t>> path;
    auto enter = [&](InstanceId id) {
      if (numbered_.insert(id).second) path.emplace_back(id, 0);
    };
    enter(start);
    while (!path.empty()) {
      auto& [id, next] = path.back();
      const auto &build = graph_.build[id], &runtime = graph_.runtime[id];
      if (next < build.size() + runtime.size()) {
        size_t at = next++;
        enter(at < build.size() ? build[at].to : runtime[at - build.size()].to);
      } else {
        numbers_[id] = static_cast<int>(numbers_.size());
        path.pop_back();
      }
    }
  }

  bool can_build(InstanceId id, Slack slack) {
    Root root = search_.build_root(id);
    std::set<InstanceId> seen;
    std::vector<InstanceId> open;
    for (const Edge& edge : graph_.build[id])
      if (edge.kind != DependencyClass::idepend && !(edge.optional && slack != Slack::no_pdepend) &&
          seen.insert(edge.to).second)
        open.push_back(edge.to);
    while (!open.empty()) {
      InstanceId member = open.back();
      open.pop_back();
      if (!done_.contains(member)) return false;
      if (slack == Slack::direct_only) continue;
      for (const Edge& edge : graph_.in_build_root[{root, member}])
        if (edge.kind != DependencyClass::pdepend && seen.insert(edge.to).second) open.push_back(edge.to);
    }
    return true;
  }

  std::optional<InstanceId> break_cycle() {
    std::vector<InstanceId> waiting;
    for (InstanceId id : graph_.found)
      if (!done_.contains(id)) waiting.push_back(id);
    std::sort(waiting.begin(), waiting.end(), [&](InstanceId a, InstanceId b) { return numbers_[a] < numbers_[b]; });
    for (Slack slack : {Slack::no_pdepend, Slack::no_optional, Slack::direct_only})
      for (InstanceId id : waiting) {
        if (!can_build(id, slack)) continue;
        auto& closure = graph_.closure[id];
        auto late =
            std::stable_partition(closure.begin(), closure.end(), [&](InstanceId m) { return done_.contains(m); });
        if (slack == Slack::direct_only) warn(id, {late, closure.end()});
        closure.erase(late, closure.end());
        return id;
      }
    return std::nullopt;
  }

  void warn(InstanceId id, const std::vector<InstanceId>& late) {
    std::string names;
    for (InstanceId member : late) names += (names.empty() ? "" : ", ") + search_.universe().text(member);
    warnings_.push_back(fmt::format("{} is built without {}, which its build dependencies need at run time: a cycle",
                                    search_.universe().text(id), names));
  }

  // Every package that waits has a direct need that waits too: following these closes a circle.
  void forbid_cycle() {
    std::vector<const Edge*> path;
    std::vector<InstanceId> nodes;
    auto first =
        std::find_if(graph_.found.begin(), graph_.found.end(), [&](InstanceId id) { return !done_.contains(id); });
    InstanceId at = *first;
    while (std::find(nodes.begin(), nodes.end(), at) == nodes.end()) {
      nodes.push_back(at);
      const auto& build = graph_.build[at];
      auto edge = std::find_if(build.begin(), build.end(), [&](const Edge& e) {
        return e.kind != DependencyClass::idepend && !e.optional && !done_.contains(e.to);
      });
      path.push_back(&*edge);
      at = edge->to;
    }
    size_t start = static_cast<size_t>(std::find(nodes.begin(), nodes.end(), at) - nodes.begin());
    std::vector<Literal> literals;
    std::string text;
    for (size_t i = start; i < nodes.size(); ++i) {
      literals.push_back(positive(search_.built(nodes[i])));
      literals.push_back(positive(search_.in_root(search_.build_root(nodes[i]), path[i]->to)));
      text +=
          fmt::format("{}{} needs {} to be built ({}: {})", i == start ? "" : "\n", search_.universe().text(nodes[i]),
                      search_.universe().text(path[i]->to), name_of(path[i]->kind), path[i]->leaf->atom.text());
    }
    search_.forbid(literals, {.kind = ClauseMeaning::Kind::cycle, .a = nodes[start], .text = text});
  }

  Search& search_;
  Graph& graph_;
  std::vector<std::string>& warnings_;
  std::map<InstanceId, int> numbers_;
  std::set<InstanceId> numbered_;
  std::set<InstanceId> done_;
  std::vector<InstanceId> order_;
};

}  // namespace

std::vector<InstanceId> order_builds(Search& search, Graph& graph, std::vector<std::string>& warnings) {
  return Orderer(search, graph, warnings).run();
}

}  // namespace cooper::resolve

// The order of builds, and what breaks cycles.
#include <algorithm>
#include <optional>
#include <tuple>

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
    order_by_level();
    ByInstance<std::vector<InstanceId>> waiters;
    ByInstance<size_t> missing;
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
      if (numbered_.insert(id)) path.emplace_back(id, 0);
    };
    enter(start);
    while (!path.empty()) {
      auto& [id, next] = path.back();
      const auto &build = graph_.build[id], &runtime = graph_.runtime[id];
      if (next < build.size() + runtime.size()) {
        size_t at = next++;
        enter(at < build.size() ? build[at].to : runtime[at - build.size()].to);
      } else {
        numbers_[id] = next_number_++;
        path.pop_back();
      }
    }
  }

  // Where a package stands: the depth of what it needs; packages that need each other count as one group.
  struct Place {
    int level = 0, size = 1, group = 0;
  };

  // Levels: what needs nothing, what needs only that, and so on; within a level small groups first. Within a group once
  // more so, without PDEPEND. What is equal keeps the order of number().
  void order_by_level() {
    ByInstance<Place> outer = places(true), inner = places(false);
    std::vector<InstanceId> sorted = graph_.found;
    std::ranges::sort(sorted, {}, [&](InstanceId id) {
      const Place &out = outer[id], &in = inner[id];
      bool alone = out.size == 1;
      return std::tuple(out.level, out.size, alone ? 0 : out.group, in.level, numbers_[id]);
    });
    for (size_t i = 0; i < sorted.size(); ++i) numbers_[sorted[i]] = static_cast<int>(i);
  }

  // Tarjan's strongly connected components, deepest first, without recursion.
  ByInstance<Place> places(bool with_pdepend) {
    struct Visit {
      InstanceId id;
      std::vector<InstanceId> needs;
      size_t next = 0;
    };
    ByInstance<Place> out;
    ByInstance<int> index, low;
    int entered = 0;
    std::vector<InstanceId> stack;
    std::vector<Visit> path;
    int groups = 0;
    auto enter = [&](InstanceId id) {
      index[id] = low[id] = entered++;
      stack.push_back(id);
      path.push_back({id, needs_of(id, with_pdepend)});
    };
    auto leave = [&](InstanceId root) {
      auto first = std::find(stack.begin(), stack.end(), root);
      Place place{-1, static_cast<int>(stack.end() - first), groups++};
      for (auto member = first; member != stack.end(); ++member)
        for (InstanceId need : needs_of(*member, with_pdepend))
          if (out.contains(need)) place.level = std::max(place.level, out[need].level);
      ++place.level;
      for (auto member = first; member != stack.end(); ++member) out[*member] = place;
      stack.erase(first, stack.end());
    };
    for (InstanceId start : graph_.found) {
      if (index.contains(start)) continue;
      enter(start);
      while (!path.empty()) {
        Visit& visit = path.back();
        InstanceId id = visit.id;
        if (visit.next < visit.needs.size()) {
          InstanceId need = visit.needs[visit.next++];
          if (!index.contains(need))
            enter(need);
          else if (!out.contains(need))
            low[id] = std::min(low[id], index[need]);
          continue;
        }
        path.pop_back();
        if (!path.empty()) low[path.back().id] = std::min(low[path.back().id], low[id]);
        if (low[id] == index[id]) leave(id);
      }
    }
    return out;
  }

  std::vector<InstanceId> needs_of(InstanceId id, bool with_pdepend) {
    std::vector<InstanceId> out;
    for (const auto* edges : {&graph_.build[id], &graph_.runtime[id]})
      for (const Edge& edge : *edges)
        if (with_pdepend || edge.kind != DependencyClass::pdepend) out.push_back(edge.to);
    return out;
  }

  // A need at build time, with what that needs at run time in turn. For Portage all of it must be there; otherwise only
  // what virtuals need, since a virtual alone gives nothing.
  struct Need {
    const Edge* edge = nullptr;
    int through = -1;  // whose own need it is, in the same list; -1: the package's
  };
  std::vector<Need> strict_needs(InstanceId id, bool with_optional) {
    Root root = search_.build_root(id);
    std::vector<Need> out;
    std::set<InstanceId> known;
    for (const Edge& edge : graph_.build[id])
      if (edge.kind != DependencyClass::idepend && (with_optional || !edge.optional) && known.insert(edge.to).second)
        out.push_back({&edge});
    for (size_t i = 0; i < out.size(); ++i) {
      InstanceId to = out[i].edge->to;
      bool all = search_.universe().request().like_portage;
      if (!all && search_.universe().package(to).cpv.name.category != "virtual") continue;
      for (const Edge& edge : graph_.in_build_root[root][to])
        if (edge.kind != DependencyClass::pdepend && !edge.optional && known.insert(edge.to).second)
          out.push_back({&edge, static_cast<int>(i)});
    }
    return out;
  }

  bool can_build(InstanceId id, Slack slack) {
    Root root = search_.build_root(id);
    std::set<InstanceId> seen;
    std::vector<InstanceId> open;
    for (const Need& need : strict_needs(id, slack == Slack::no_pdepend))
      if (seen.insert(need.edge->to).second) open.push_back(need.edge->to);
    while (!open.empty()) {
      InstanceId member = open.back();
      open.pop_back();
      if (!done_.contains(member)) return false;
      if (slack == Slack::direct_only) continue;  // strict_needs() named all
      for (const Edge& edge : graph_.in_build_root[root][member])
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

  // Every package that waits has a need that waits too and cannot be put off: following these closes a circle.
  void forbid_cycle() {
    struct Step {
      InstanceId from;
      std::vector<const Edge*> edges;  // more than one where it leads through virtuals
    };
    std::vector<Step> path;
    auto first =
        std::find_if(graph_.found.begin(), graph_.found.end(), [&](InstanceId id) { return !done_.contains(id); });
    InstanceId at = *first;
    auto start = path.end();
    while ((start = std::ranges::find(path, at, &Step::from)) == path.end()) {
      std::vector<Need> needs = strict_needs(at, false);
      auto need = std::ranges::find_if(needs, [&](const Need& n) { return !done_.contains(n.edge->to); });
      Step& step = path.emplace_back(Step{at, {}});
      at = need->edge->to;
      step.edges.push_back(need->edge);
      for (int through = need->through; through >= 0; through = needs[static_cast<size_t>(through)].through)
        step.edges.insert(step.edges.begin(), needs[static_cast<size_t>(through)].edge);
    }
    std::vector<Literal> literals;
    std::vector<CycleStep> steps;
    std::string text;
    InstanceId circle = start->from;
    for (; start != path.end(); ++start) {
      Root root = search_.build_root(start->from);
      literals.push_back(positive(search_.built(start->from)));
      std::string_view how = " to be built";
      InstanceId from = start->from;
      for (const Edge* edge : start->edges) {
        // A choice that leads into the circle may fall otherwise, though its package stays for others.
        auto branch = edge->group ? search_.decided_branch(*edge->group, edge->branch, root) : std::nullopt;
        literals.push_back(branch ? *branch : positive(search_.in_root(root, edge->to)));
        text += fmt::format("{}{} needs {}{} ({}: {})", text.empty() ? "" : "\n", search_.universe().text(from),
                            search_.universe().text(edge->to), how, name_of(edge->kind), edge->leaf->atom->text());
        steps.push_back({from, edge->to, edge->kind, flags_demanded_of(from)});
        how = "";
        from = edge->to;
      }
    }
    search_.forbid(literals,
                   {.kind = ClauseMeaning::Kind::cycle, .a = circle, .text = text, .cycle = std::move(steps)});
  }

  // "[flag]" and "[-flag]" that packages of the plan ask of this one.
  std::set<std::string> flags_demanded_of(InstanceId id) {
    using Kind = ebuild::UseDependency::Kind;
    std::set<std::string> out;
    for (InstanceId owner : graph_.found)
      for (const auto* edges : {&graph_.build[owner], &graph_.runtime[owner]})
        for (const Edge& edge : *edges)
          if (edge.to == id)
            for (const auto& use : edge.leaf->atom->use)
              if (use.kind == Kind::enabled || use.kind == Kind::disabled) out.insert(use.flag);
    return out;
  }

  Search& search_;
  Graph& graph_;
  std::vector<std::string>& warnings_;
  ByInstance<int> numbers_;
  int next_number_ = 0;
  InstanceSet numbered_, done_;
  std::vector<InstanceId> order_;
};

}  // namespace

std::vector<InstanceId> order_builds(Search& search, Graph& graph, std::vector<std::string>& warnings) {
  return Orderer(search, graph, warnings).run();
}

}  // namespace cooper::resolve

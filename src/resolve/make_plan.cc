// The plan as others see it: indices, reasons, bindings.
#include <algorithm>
#include <deque>
#include <set>

#include <fmt/format.h>

#include "resolve/extract.h"

namespace cooper::resolve {

namespace {

class PlanMaker {
 public:
  PlanMaker(Search& search, const Graph& graph, const std::vector<InstanceId>& order)
      : search_(search), universe_(search.universe()), graph_(graph), order_(order) {
    for (size_t i = 0; i < order.size(); ++i) index_[order[i]] = static_cast<int>(i);
  }

  Plan make() {
    for (InstanceId id : order_) plan_.packages.push_back(planned(id));
    add_reasons();
    for (int used : graph_.base_used) {
      const ebuild::Cpv& cpv = universe_.request().base_provides[static_cast<size_t>(used)].cpv;
      plan_.provided.push_back({cpv, "base root: " + cpv.text()});
    }
    plan_.left_out = graph_.left_out;
    return std::move(plan_);
  }

 private:
  PlannedPackage planned(InstanceId id) {
    PlannedPackage out;
    out.package = &universe_.package(id);
    out.use = universe_.use(id);
    out.flags = universe_.flags(id);
    out.in_image = graph_.image.contains(id);
    out.in_build_root = graph_.built_with.contains(id);
    for (const auto* edges : {&graph_.build.at(id), &graph_.runtime.at(id)})
      for (const Edge& edge : *edges) {
        list_of(out, edge.kind).push_back(index_.at(edge.to));
        if (edge.leaf->atom->slot_operator == ebuild::SlotOperator::equal)
          out.slot_bindings.emplace(edge.leaf->atom->text(), universe_.slot_text(edge.to));  // the build's comes first
      }
    for (auto* list : {&out.depend, &out.bdepend, &out.rdepend, &out.pdepend, &out.idepend}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    for (InstanceId member : graph_.closure.at(id)) out.build_closure.push_back(index_.at(member));
    std::sort(out.build_closure.begin(), out.build_closure.end());
    return out;
  }

  static std::vector<int>& list_of(PlannedPackage& package, DependencyClass kind) {
    switch (kind) {
      case DependencyClass::depend: return package.depend;
      case DependencyClass::bdepend: return package.bdepend;
      case DependencyClass::rdepend: return package.rdepend;
      case DependencyClass::pdepend: return package.pdepend;
      default: return package.idepend;
    }
  }

  // Breadth first from the request, run time before build time: each package's first reason is its shortest chain.
  void add_reasons() {
    std::deque<int> open;
    std::vector<bool> seen(plan_.packages.size(), false);
    auto reach = [&](int index) {
      if (!seen[static_cast<size_t>(index)]) open.push_back(index);
      seen[static_cast<size_t>(index)] = true;
    };
    const Request& request = universe_.request();
    for (size_t i = 0; i < request.targets.size(); ++i) {
      const auto& node = universe_.targets()[i];
      InstanceId id = search_.satisfier(node, no_instance, image_root);
      if (id == no_instance) continue;  // it is installed and stays
      int index = index_.at(id);
      if (std::find(plan_.requested.begin(), plan_.requested.end(), index) == plan_.requested.end())
        plan_.requested.push_back(index);
      plan_.packages[static_cast<size_t>(index)].reasons.push_back(
          {-1, "request", request.targets[i].text(), version_choice(node, no_instance, id)});
      reach(index);
    }
    for (const Rebuild& rebuild : search_.rebuilds()) {
      InstanceId id = search_.rebuilt(rebuild);
      if (id == no_instance) continue;
      int index = index_.at(id);
      plan_.packages[static_cast<size_t>(index)].reasons.push_back(
          {index_.at(rebuild.because), "rebuild", rebuild.need, version_choice(*rebuild.node, no_instance, id)});
      reach(index);
    }
    for (const auto& [owner, edge] : graph_.of_installed) {
      int index = index_.at(edge.to);
      plan_.packages[static_cast<size_t>(index)].reasons.push_back(
          {-1, "update",
           fmt::format("{} of {}: {}", name_of(edge.kind), universe_.text(owner), edge.leaf->atom->text()),
           version_choice(*edge.leaf, owner, edge.to)});
      reach(index);
    }
    auto follow = [&](const ByInstance<std::vector<Edge>>& all, int parent) {
      for (const Edge& edge : all.at(order_[static_cast<size_t>(parent)])) {
        int index = index_.at(edge.to);
        add_reason(plan_.packages[static_cast<size_t>(index)], parent, edge);
        reach(index);
      }
    };
    std::vector<int> image;
    for (; !open.empty(); open.pop_front()) {
      image.push_back(open.front());
      follow(graph_.runtime, open.front());
    }
    std::set<int> run_time_followed(image.begin(), image.end());
    open.assign(image.begin(), image.end());
    for (; !open.empty(); open.pop_front()) {
      if (run_time_followed.insert(open.front()).second) follow(graph_.runtime, open.front());
      follow(graph_.build, open.front());
    }
  }

  void add_reason(PlannedPackage& package, int parent, const Edge& edge) {
    Reason reason{parent, std::string(name_of(edge.kind)), edge.leaf->atom->text(), choice(parent, edge)};
    for (const Reason& known : package.reasons)
      if (known.parent == reason.parent && known.kind == reason.kind && known.requirement == reason.requirement) return;
    package.reasons.push_back(std::move(reason));
  }

  std::string choice(int parent, const Edge& edge) {
    InstanceId owner = order_[static_cast<size_t>(parent)];
    std::string version = version_choice(*edge.leaf, owner, edge.to);
    if (!edge.group) return version;
    bool runtime = edge.kind == DependencyClass::rdepend || edge.kind == DependencyClass::pdepend;
    Root root = runtime ? graph_.root_of.at(owner) : search_.build_root(owner);
    std::string_view why = search_.chosen_as_present(*edge.group, edge.branch, root) ? "needed anyway"
                           : edge.branch == 0                                        ? "leftmost"
                                                                                     : "first that can be had";
    return fmt::format("{}, {} of {}", version, why, ebuild::to_text(*edge.group));
  }

  std::string version_choice(const ebuild::DependencyNode& leaf, InstanceId owner, InstanceId id) {
    const auto& all = universe_.versions(universe_.package(id).cpv.name);
    const auto& fitting = universe_.candidates(leaf, owner);
    if (all.size() == 1) return "only version";
    if (id == all.front()) return "highest version";
    if (id == fitting.front()) return fitting.size() == 1 ? "only version that fits" : "highest version that fits";
    return "highest version that fits all needs";
  }

  Search& search_;
  Universe& universe_;
  const Graph& graph_;
  const std::vector<InstanceId>& order_;
  ByInstance<int> index_;
  Plan plan_;
};

}  // namespace

Plan make_plan(Search& search, const Graph& graph, const std::vector<InstanceId>& order,
               std::vector<std::string> warnings) {
  Plan plan = PlanMaker(search, graph, order).make();
  plan.warnings = std::move(warnings);
  return plan;
}

std::optional<Error> check_virtual_cycles(const Plan& plan) {
  auto is_virtual = [&](int i) {
    return plan.packages[static_cast<size_t>(i)].package->cpv.name.category == "virtual";
  };
  for (int start = 0; start < static_cast<int>(plan.packages.size()); ++start) {
    if (!is_virtual(start)) continue;
    std::vector<int> open{start};
    std::set<int> seen;
    while (!open.empty()) {
      int at = open.back();
      open.pop_back();
      for (int next : plan.packages[static_cast<size_t>(at)].rdepend) {
        if (next == start)
          return Error{ErrorKind::no_resolution,
                       fmt::format("{} needs itself, through virtuals alone",
                                   plan.packages[static_cast<size_t>(start)].package->cpv.text()),
                       plan.packages[static_cast<size_t>(start)].package->ebuild().string(),
                       {},
                       {}};
        if (is_virtual(next) && seen.insert(next).second) open.push_back(next);
      }
    }
  }
  return std::nullopt;
}

void leave_out_targets(Plan& plan) {
  std::vector<int> new_index(plan.packages.size(), 0);
  auto is_left_out = [&](size_t i) {
    const PlannedPackage& package = plan.packages[i];
    auto number = static_cast<int>(i);
    return std::ranges::find(plan.requested, number) != plan.requested.end() &&
           std::ranges::all_of(package.reasons, [&](const Reason& r) { return r.parent < 0 || r.parent == number; });
  };
  std::vector<PlannedPackage> kept;
  for (size_t i = 0; i < plan.packages.size(); ++i) {
    bool out = is_left_out(i);
    new_index[i] = out ? -1 : static_cast<int>(kept.size());
    if (!out) kept.push_back(plan.packages[i]);
  }
  auto renumber = [&](std::vector<int>& list) {
    for (int& index : list) index = new_index[static_cast<size_t>(index)];
    std::erase(list, -1);
  };
  for (PlannedPackage& package : kept) {
    for (auto* list : {&package.depend, &package.bdepend, &package.rdepend, &package.pdepend, &package.idepend,
                       &package.build_closure})
      renumber(*list);
    for (Reason& reason : package.reasons)
      if (reason.parent >= 0) reason.parent = new_index[static_cast<size_t>(reason.parent)];
  }
  renumber(plan.requested);
  plan.packages = std::move(kept);
}

}  // namespace cooper::resolve

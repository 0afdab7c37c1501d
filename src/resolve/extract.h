// From an assignment to a plan: who uses what in which root, what each build needs, in which order to build.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resolve/by_instance.h"
#include "resolve/search.h"

namespace cooper::resolve {

// One dependency as it was met.
struct Edge {
  DependencyClass kind = DependencyClass::rdepend;
  InstanceId to = no_instance;
  const ebuild::DependencyNode* leaf = nullptr;
  const ebuild::DependencyNode* group = nullptr;  // the innermost "|| ( )" around it, or null
  int branch = 0;                                 // which branch of it
  bool optional = false;                          // the base root would have done as well
};

// The packages of a plan and their edges, by instance.
struct Graph {
  std::vector<InstanceId> found;  // in the order of discovery, the image's first
  std::set<InstanceId> image;
  ByInstance<Root> root_of;               // where its run-time edges are from: the image, or the first build's root
  ByInstance<std::vector<Edge>> runtime;  // RDEPEND, PDEPEND in the image (or, outside it, in the build root)
  ByInstance<std::vector<Edge>> build;    // DEPEND, BDEPEND; IDEPEND of the image's packages
  std::map<Root, ByInstance<std::vector<Edge>>> in_build_root;  // RDEPEND, PDEPEND of what is in build roots
  ByInstance<std::vector<InstanceId>> closure;                  // what the build root holds, sorted by instance
  InstanceSet built_with;                                       // needed by some build, also where the order drops it
  std::set<int> base_used;                                      // indices into Request::base_provides
  std::set<ebuild::PackageName> left_out;                 // what the image needs and Request::image_provides stands for
  std::vector<std::pair<InstanceId, Edge>> of_installed;  // needs of what is installed and renewed (Renewal)
};

Graph read_graph(Search& search);

// Adds clauses for what the assignment breaks and clauses cannot say beforehand: ":=" bindings that differ between
// build and image. True where something was added.
bool check_bindings(Search& search, const Graph& graph);

// The same for what is installed and stays in the one root (Request::kept_for): it must not lose what it needs. What
// was built with another slot of a library is built anew; for all else the plan takes other versions. (dependents.cc)
bool break_nothing(Search& search, const Graph& graph);

// Whether a package of some build root blocks another one in it (for shared build roots, where blockers are no
// clauses).
bool has_blocked_build(Search& search, const Graph& graph);

// Packages of the base root that builds block and see nevertheless, each a line.
std::vector<std::string> blocked_in_base(Search& search, const Graph& graph);

// The order in which to build; what a package needs is dropped from its closure where a cycle can be broken there
// (PDEPEND, what the base root has as well, run-time needs of what is needed to build). Where none can, a clause
// forbids the cycle and the result is empty.
std::vector<InstanceId> order_builds(Search& search, Graph& graph, std::vector<std::string>& warnings);

Plan make_plan(Search& search, const Graph& graph, const std::vector<InstanceId>& order,
               std::vector<std::string> warnings);

// A virtual that needs itself, through virtuals alone: nothing would ever provide it. Portage refuses it.
std::optional<Error> check_virtual_cycles(const Plan& plan);

// Takes the requested packages out of a plan, but for those that others in it need.
void leave_out_targets(Plan& plan);

}  // namespace cooper::resolve

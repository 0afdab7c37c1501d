#include "resolve/cycle_breaks.h"

#include <algorithm>

#include "ebuild/required_use.h"

namespace cooper::resolve {

namespace {

using ebuild::DependencyNode;

constexpr size_t most_flags = 12, most_changes = 3;

void collect_conditions(const DependencyNode& node, std::set<std::string>& out) {
  if (!node.is_leaf && node.kind == ebuild::GroupKind::use_conditional) out.insert(node.flag);
  for (const DependencyNode& child : node.children) collect_conditions(child, out);
}

void collect_flags(const DependencyNode& node, std::set<std::string>& out) {
  collect_conditions(node, out);
  for (const DependencyNode* leaf : ebuild::leaves(node)) out.insert(leaf->word);
}

class Breaker {
 public:
  Breaker(Universe& universe, const CycleStep& step)
      : universe_(universe),
        step_(step),
        metadata_(universe.package(step.from).metadata),
        use_(universe.use(step.from)) {}

  std::vector<CycleBreak> run() {
    std::vector<std::string> flags = changeable_flags();
    if (flags.size() > most_flags || !needs(use_)) return {};
    for (size_t count = 1; count <= most_changes; ++count) choose(flags, 0, count, {});
    return std::move(out_);
  }

 private:
  const DependencyNode& dependencies() const {
    switch (step_.kind) {
      case DependencyClass::depend: return metadata_.depend;
      case DependencyClass::bdepend: return metadata_.bdepend;
      case DependencyClass::rdepend: return metadata_.rdepend;
      case DependencyClass::pdepend: return metadata_.pdepend;
      default: return metadata_.idepend;
    }
  }

  std::vector<std::string> changeable_flags() {
    std::set<std::string> all;
    collect_conditions(dependencies(), all);
    if (all.empty()) return {};
    collect_flags(metadata_.required_use, all);
    std::erase_if(all, [&](const std::string& flag) {
      auto state = universe_.flags(step_.from).find(flag);
      return !state || state->locked || step_.fixed_flags.contains(flag);
    });
    return {all.begin(), all.end()};
  }

  bool needs(const ebuild::UseSet& use) {
    DependencyNode evaluated = ebuild::evaluate_conditionals(dependencies(), use);
    return std::ranges::any_of(ebuild::leaves(evaluated), [&](const DependencyNode* leaf) {
      return leaf->atom->block == ebuild::Block::none && universe_.matches(step_.to, leaf->atom);
    });
  }

  // All sets of `count` more flags from flags[at] on; those that hold a smaller answer are none.
  void choose(const std::vector<std::string>& flags, size_t at, size_t count, std::map<std::string, bool> changed) {
    if (count == 0) return try_flags(changed);
    for (size_t i = at; i + count <= flags.size(); ++i) {
      auto more = changed;
      more[flags[i]] = !use_.contains(flags[i]);
      choose(flags, i + 1, count - 1, std::move(more));
    }
  }

  void try_flags(const std::map<std::string, bool>& changed) {
    bool superfluous = std::ranges::any_of(out_, [&](const CycleBreak& smaller) {
      return std::ranges::all_of(smaller.use, [&](const auto& flag) { return changed.contains(flag.first); });
    });
    if (superfluous) return;
    ebuild::UseSet use = use_;
    for (const auto& [flag, on] : changed) {
      if (on)
        use.insert(flag);
      else
        use.erase(flag);
    }
    if (needs(use) || !ebuild::required_use_holds(metadata_.required_use, use, *metadata_.eapi)) return;
    out_.push_back({&universe_.package(step_.from), &universe_.package(step_.to), changed});
  }

  Universe& universe_;
  const CycleStep& step_;
  const repository::Metadata& metadata_;
  const ebuild::UseSet& use_;
  std::vector<CycleBreak> out_;
};

}  // namespace

std::vector<CycleBreak> cycle_breaks(Universe& universe, const std::vector<CycleStep>& cycle) {
  std::vector<CycleBreak> out;
  for (const CycleStep& step : cycle) std::ranges::move(Breaker(universe, step).run(), std::back_inserter(out));
  return out;
}

}  // namespace cooper::resolve

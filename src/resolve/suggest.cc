#include "resolve/suggest.h"

#include <algorithm>

#include "ebuild/required_use.h"
#include "resolve/attempt.h"
#include "resolve/cycle_breaks.h"

namespace cooper::resolve {

namespace {

constexpr int most_rounds = 200;

// How much is given way to, from little to much.
struct Level {
  bool licenses = false, testing = false, no_keywords = false, masks = false;
};

// Flags first; then what is accepted with the fewest risks: a license, a testing version; a mask goes before a version
// without any keyword, which is often a live one.
std::vector<Level> levels(const Permissions& allowed) {
  std::vector<Level> out(1);
  bool license = allowed.licenses, both = allowed.keywords && allowed.masks;
  if (license) out.push_back({license});
  if (allowed.keywords) out.push_back({license, true});
  if (both) out.push_back({license, true, true});
  if (allowed.masks) out.push_back({license, false, false, true});
  if (both) out.push_back({license, true, false, true}), out.push_back({license, true, true, true});
  return out;
}

class Suggester {
 public:
  Suggester(const Request& request, const Permissions& allowed) : request_(request), allowed_(allowed) {}

  Suggestion run() {
    for (int round = 0; round < most_rounds; ++round) {
      Universe universe(request_, changes_);
      auto attempt = attempt_plan(universe);
      if (attempt) return {std::move(changes_), std::move(*attempt), {}};
      auto change = next_change(universe, attempt.error().dead_ends);
      if (!change) return give_up(universe, attempt.error().cycle);
      add(std::move(*change));
    }
    return {};
  }

 private:
  // Portage tells changes that were needed so far, and of circles how they could be ended; cooper tries that.
  Suggestion give_up(Universe& universe, const std::vector<CycleStep>& cycle) {
    Suggestion out;
    out.cycle_breaks = cycle_breaks(universe, cycle);
    if (request_.like_portage) {
      out.changes = std::move(changes_);
      return out;
    }
    for (const CycleBreak& way : out.cycle_breaks) {
      if (!allowed_.use) break;
      Suggester with(request_, allowed_);
      with.changes_ = changes_;
      with.add({way.package, way.use, {}, {}, false});
      Universe changed(request_, with.changes_);
      if (auto attempt = attempt_plan(changed)) return {std::move(with.changes_), std::move(*attempt), {}};
    }
    return out;
  }

  std::optional<Change> next_change(Universe& universe, const std::vector<DeadEnd>& dead_ends) {
    for (const DeadEnd& end : dead_ends) {
      for (const Level& level : levels(allowed_))
        if (auto change = change_for(universe, end, level)) return change;
      if (auto change = change_of_owner(universe, end)) return change;
    }
    return std::nullopt;
  }

  static std::vector<Universe::UseMismatch> mismatches(Universe& universe, InstanceId id, const DeadEnd& end) {
    static const ebuild::UseSet nothing;
    return universe.use_mismatches(id, end.atom, end.owner == no_instance ? nothing : universe.use(end.owner));
  }

  static bool can_be_let_in(const repository::VisibilityReason& obstacles) {
    return obstacles.visibility != repository::Visibility::masked_by_eapi && obstacles.properties.empty() &&
           obstacles.restrictions.empty();
  }

  // The highest version that the level lets in.
  std::optional<Change> change_for(Universe& universe, const DeadEnd& end, const Level& level) {
    for (InstanceId id : universe.versions(end.atom.name)) {
      if (!universe.matches(id, end.atom)) continue;
      const auto& obstacles = universe.visibility(id);
      if (!can_be_let_in(obstacles)) continue;
      bool testing = !obstacles.keyword.empty(), none = obstacles.keyword == "**";
      if (obstacles.masked && !level.masks) continue;
      if ((testing && !level.testing) || (none && !level.no_keywords)) continue;
      if (!obstacles.licenses.empty() && !level.licenses) continue;
      Change change{&universe.package(id), {}, obstacles.keyword, obstacles.licenses, obstacles.masked};
      auto missed = mismatches(universe, id, end);
      if (!std::ranges::all_of(missed, [](const auto& m) { return m.can_change; })) continue;
      for (const auto& mismatch : missed) change.use[mismatch.flag] = mismatch.wanted;
      if (!missed.empty() && !(allowed_.use && may_set(universe, id, change.use))) return std::nullopt;
      return change;
    }
    return std::nullopt;
  }

  // "[flag?]" and the like of a package that cannot meet them: the flags of who asks could be the other way round.
  std::optional<Change> change_of_owner(Universe& universe, const DeadEnd& end) {
    using Kind = ebuild::UseDependency::Kind;
    if (end.owner == no_instance || !allowed_.use) return std::nullopt;
    for (InstanceId id : universe.versions(end.atom.name)) {
      if (!universe.matches(id, end.atom) || universe.visibility(id).visibility != repository::Visibility::visible)
        continue;
      Change change{&universe.package(end.owner), {}, {}, {}, false};
      bool possible = true;
      for (const auto& mismatch : mismatches(universe, id, end)) {
        auto asked = std::ranges::find(end.atom.use, mismatch.flag, &ebuild::UseDependency::flag);
        auto own = universe.flags(end.owner).find(mismatch.flag);
        // A flag that is not there and has no default makes the dependency itself wrong.
        possible = possible && asked->kind != Kind::enabled && asked->kind != Kind::disabled &&
                   (mismatch.has_flag || asked->missing) && own && !own->locked;
        if (possible) change.use[mismatch.flag] = !own->enabled;
      }
      if (possible && !change.use.empty() && may_set(universe, end.owner, change.use)) return change;
    }
    return std::nullopt;
  }

  // Not against an earlier change. What REQUIRED_USE wants besides is added, but not for Portage, which leaves that to
  // the user.
  bool may_set(Universe& universe, InstanceId id, std::map<std::string, bool>& flags) {
    const repository::Package& package = universe.package(id);
    if (const Change* earlier = change_of(package))
      for (const auto& [flag, on] : flags)
        if (auto known = earlier->use.find(flag); known != earlier->use.end() && known->second != on) return false;
    const auto& metadata = package.metadata;
    ebuild::UseSet use = universe.use(id);
    if (request_.like_portage || !ebuild::required_use_holds(metadata.required_use, use, *metadata.eapi)) return true;
    for (const auto& [flag, on] : flags) {
      if (on)
        use.insert(flag);
      else
        use.erase(flag);
    }
    const auto& known = universe.flags(id);
    auto mended = ebuild::mend_required_use(metadata.required_use, use, *metadata.eapi, [&](std::string_view flag) {
      const repository::FlagState* state = known.find(flag);
      return state && !state->locked && !flags.contains(std::string(flag));
    });
    if (!mended) return false;
    for (const auto& more : *mended) flags[more.flag] = more.on;
    return true;
  }

  Change* change_of(const repository::Package& package) {
    auto found = std::ranges::find(changes_, &package, &Change::package);
    return found == changes_.end() ? nullptr : &*found;
  }

  void add(Change change) {
    Change* known = change_of(*change.package);
    if (!known) return changes_.push_back(std::move(change));
    known->use.insert(change.use.begin(), change.use.end());
    if (!change.keyword.empty()) known->keyword = std::move(change.keyword);
    known->licenses.insert(known->licenses.end(), change.licenses.begin(), change.licenses.end());
    known->unmask = known->unmask || change.unmask;
  }

  const Request& request_;
  const Permissions& allowed_;
  std::vector<Change> changes_;
};

}  // namespace

Suggestion suggest(const Request& request, const Permissions& permissions) {
  return Suggester(request, permissions).run();
}

}  // namespace cooper::resolve

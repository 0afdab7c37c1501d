#include "resolve/sat.h"

#include <algorithm>
#include <cassert>

namespace cooper::resolve {

Variable Solver::new_variable() {
  values_.push_back(Truth::open);
  levels_.push_back(0);
  reasons_.push_back(no_clause);
  watches_.resize(watches_.size() + 2);
  return static_cast<Variable>(values_.size()) - 1;
}

void Solver::put_watches_first(std::vector<Literal>& literals) const {
  // Literals that are not false first, then those that became false last: they are the first to become open again.
  auto rank = [&](Literal l) { return is_false(l) ? level_of(l) : INT32_MAX; };
  for (size_t i = 0; i < 2 && i < literals.size(); ++i) {
    auto best = std::max_element(literals.begin() + static_cast<long>(i), literals.end(),
                                 [&](Literal a, Literal b) { return rank(a) < rank(b); });
    std::iter_swap(literals.begin() + static_cast<long>(i), best);
  }
}

void Solver::watch(ClauseId id) {
  const auto& literals = clauses_[id].literals;
  for (size_t i = 0; i < 2 && i < literals.size(); ++i) watches_[literals[i].code].push_back(id);
}

ClauseId Solver::add_clause(std::span<const Literal> given) {
  std::vector<Literal> literals(given.begin(), given.end());
  put_watches_first(literals);
  auto id = static_cast<ClauseId>(clauses_.size());
  clauses_.push_back({std::move(literals), {}});
  watch(id);
  const auto& clause = clauses_[id].literals;
  if (clause.empty() || is_false(clause[0]))
    contradicted_.push_back(id);
  else if (is_open(clause[0]) && (clause.size() == 1 || is_false(clause[1])))
    assign(clause[0], id);
  return id;
}

void Solver::assign(Literal literal, ClauseId reason) {
  values_[literal.variable()] = literal.negated() ? Truth::no : Truth::yes;
  levels_[literal.variable()] = level();
  reasons_[literal.variable()] = reason;
  trail_.push_back(literal);
}

ClauseId Solver::propagate() {
  while (!contradicted_.empty()) {
    ClauseId id = contradicted_.back();
    contradicted_.pop_back();
    const auto& literals = clauses_[id].literals;  // going back may have opened it again
    if (std::all_of(literals.begin(), literals.end(), [&](Literal l) { return is_false(l); })) return id;
  }
  while (propagated_ < trail_.size()) {
    Literal fell = ~trail_[propagated_++];
    auto& list = watches_[fell.code];
    size_t keep = 0;
    for (size_t i = 0; i < list.size(); ++i) {
      ClauseId id = list[i];
      auto& literals = clauses_[id].literals;
      if (literals.size() == 1) {
        list[keep++] = id;
        std::copy(list.begin() + static_cast<long>(i) + 1, list.end(), list.begin() + static_cast<long>(keep));
        list.resize(keep + list.size() - i - 1);
        return id;
      }
      if (literals[0] == fell) std::swap(literals[0], literals[1]);
      if (is_true(literals[0])) {
        list[keep++] = id;
        continue;
      }
      auto other = std::find_if(literals.begin() + 2, literals.end(), [&](Literal l) { return !is_false(l); });
      if (other != literals.end()) {
        std::iter_swap(literals.begin() + 1, other);
        watches_[literals[1].code].push_back(id);
        continue;
      }
      list[keep++] = id;
      if (is_open(literals[0])) {
        assign(literals[0], id);
        continue;
      }
      for (size_t j = i + 1; j < list.size(); ++j) list[keep++] = list[j];
      list.resize(keep);
      return id;
    }
    list.resize(keep);
  }
  return no_clause;
}

void Solver::decide(Literal literal) {
  assert(is_open(literal));
  level_starts_.push_back(trail_.size());
  assign(literal, no_clause);
}

void Solver::undo_to(int level) {
  if (this->level() <= level) return;
  size_t start = level_starts_[static_cast<size_t>(level)];
  for (size_t i = start; i < trail_.size(); ++i) values_[trail_[i].variable()] = Truth::open;
  trail_.resize(start);
  level_starts_.resize(static_cast<size_t>(level));
  propagated_ = std::min(propagated_, start);
}

bool Solver::learn(ClauseId conflict) {
  ++conflicts_;
  int top = 0;
  for (Literal l : clauses_[conflict].literals) top = std::max(top, level_of(l));
  if (top == 0) {
    final_conflict_ = conflict;
    return false;
  }
  undo_to(top);  // a clause added late may be contradicted by an older level alone

  // First unique implication point: resolve backwards along the trail until one literal of the top level is left.
  std::vector<bool> seen(values_.size(), false);
  std::vector<Literal> lesson(1);
  std::vector<ClauseId> from{conflict};
  int pending = 0;
  auto take = [&](ClauseId id, Literal skip) {
    for (Literal l : clauses_[id].literals) {
      if (l == skip || seen[l.variable()] || level_of(l) == 0) continue;
      seen[l.variable()] = true;
      if (level_of(l) == top)
        ++pending;
      else
        lesson.push_back(l);
    }
  };
  take(conflict, Literal{});
  for (size_t at = trail_.size(); at-- > 0;) {
    Literal l = trail_[at];
    if (!seen[l.variable()] || level_of(l) != top) continue;
    if (--pending == 0) {
      lesson[0] = ~l;
      break;
    }
    from.push_back(reasons_[l.variable()]);
    take(from.back(), l);
  }

  int back = 0;
  for (size_t i = 1; i < lesson.size(); ++i) back = std::max(back, level_of(lesson[i]));
  undo_to(back);
  put_watches_first(lesson);
  auto id = static_cast<ClauseId>(clauses_.size());
  clauses_.push_back({std::move(lesson), std::move(from)});
  watch(id);
  assign(clauses_[id].literals[0], id);
  return true;
}

std::vector<ClauseId> Solver::core() const {
  std::vector<bool> seen(clauses_.size(), false);
  std::vector<ClauseId> open{final_conflict_}, out;
  while (!open.empty()) {
    ClauseId id = open.back();
    open.pop_back();
    if (id == no_clause || seen[id]) continue;
    seen[id] = true;
    if (clauses_[id].learned_from.empty()) out.push_back(id);
    for (ClauseId parent : clauses_[id].learned_from) open.push_back(parent);
    for (Literal l : clauses_[id].literals)
      if (value(l) != Truth::open && level_of(l) == 0) open.push_back(reasons_[l.variable()]);
  }
  std::sort(out.begin(), out.end());
  return out;
}

namespace {

bool has_solution(const std::vector<std::vector<Literal>>& clauses, const std::vector<bool>& used, Variable variables) {
  Solver solver;
  for (Variable v = 0; v < variables; ++v) solver.new_variable();
  for (size_t i = 0; i < clauses.size(); ++i)
    if (used[i]) solver.add_clause(clauses[i]);
  Variable next = 0;
  for (;;) {
    ClauseId conflict = solver.propagate();
    if (conflict != no_clause) {
      if (!solver.learn(conflict)) return false;
      next = 0;
      continue;
    }
    while (next < variables && !solver.is_open(negative(next))) ++next;
    if (next == variables) return true;
    solver.decide(negative(next));
  }
}

}  // namespace

std::vector<size_t> minimal_contradiction(const std::vector<std::vector<Literal>>& clauses, Variable variables) {
  std::vector<bool> used(clauses.size(), true);
  for (size_t i = clauses.size(); i-- > 0;) {  // the latest first: they are the farthest from the request
    used[i] = false;
    if (has_solution(clauses, used, variables)) used[i] = true;
  }
  std::vector<size_t> out;
  for (size_t i = 0; i < used.size(); ++i)
    if (used[i]) out.push_back(i);
  return out;
}

}  // namespace cooper::resolve

// A small satisfiability solver with conflict-driven clause learning. It knows nothing of packages: the search
// (search.h) chooses what to decide and adds clauses as packages come into view.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cooper::resolve {

using Variable = int32_t;
using ClauseId = int32_t;
constexpr ClauseId no_clause = -1;

// A variable or its negation.
struct Literal {
  int32_t code = -2;  // 2 * variable, + 1 where negated
  Variable variable() const { return code >> 1; }
  bool negated() const { return code & 1; }
  Literal operator~() const { return {code ^ 1}; }
  auto operator<=>(const Literal&) const = default;
};
inline Literal positive(Variable v) { return {2 * v}; }
inline Literal negative(Variable v) { return {2 * v + 1}; }

enum class Truth : int8_t { open, yes, no };

class Solver {
 public:
  Variable new_variable();
  // May be called at any moment: a clause that the assignment contradicts is met by the next propagate().
  ClauseId add_clause(std::span<const Literal> literals);

  Truth value(Literal l) const {
    Truth t = values_[l.variable()];
    if (t == Truth::open || !l.negated()) return t;
    return t == Truth::yes ? Truth::no : Truth::yes;
  }
  bool is_true(Literal l) const { return value(l) == Truth::yes; }
  bool is_false(Literal l) const { return value(l) == Truth::no; }
  bool is_open(Literal l) const { return value(l) == Truth::open; }

  // Draws all conclusions; the contradicted clause, or no_clause.
  ClauseId propagate();
  void decide(Literal literal);  // one level deeper
  // Learns from a contradicted clause and goes back to where the lesson bites. False where nothing is left to undo: no
  // solution.
  bool learn(ClauseId conflict);
  // After learn() said false: the clauses given by add_clause that together have no solution (some may be superfluous).
  std::vector<ClauseId> core() const;

  int level() const { return static_cast<int>(level_starts_.size()); }
  const std::vector<Literal>& trail() const { return trail_; }  // what is true, in the order of the conclusions
  ClauseId reason(Variable v) const { return reasons_[v]; }
  std::span<const Literal> clause(ClauseId id) const { return clauses_[id].literals; }
  size_t conflicts() const { return conflicts_; }

 private:
  struct Clause {
    std::vector<Literal> literals;       // the two watched ones first
    std::vector<ClauseId> learned_from;  // empty for given clauses
  };
  void assign(Literal literal, ClauseId reason);
  void undo_to(int level);
  void watch(ClauseId id);
  void put_watches_first(std::vector<Literal>& literals) const;
  int level_of(Literal l) const { return levels_[l.variable()]; }

  std::vector<Clause> clauses_;
  std::vector<std::vector<ClauseId>> watches_;  // by literal code: the clauses that watch it
  std::vector<Truth> values_;                   // by variable, as the rest
  std::vector<int> levels_;
  std::vector<ClauseId> reasons_;
  std::vector<Literal> trail_;
  std::vector<size_t> level_starts_;    // trail size at each decision
  size_t propagated_ = 0;               // trail entries whose conclusions are drawn
  std::vector<ClauseId> contradicted_;  // clauses that were false when they were added
  ClauseId final_conflict_ = no_clause;
  size_t conflicts_ = 0;
};

// A subset of `clauses` without a superfluous member that still has no solution (they must have none).
std::vector<size_t> minimal_contradiction(const std::vector<std::vector<Literal>>& clauses, Variable variables);

}  // namespace cooper::resolve

#include "resolve/sat.h"

#include <random>

#include <gtest/gtest.h>

namespace cooper::resolve {
namespace {

using Clauses = std::vector<std::vector<Literal>>;

bool holds(const Clauses& clauses, const std::function<bool(Literal)>& is_true) {
  for (const auto& clause : clauses)
    if (std::none_of(clause.begin(), clause.end(), is_true)) return false;
  return true;
}

bool by_trying_all(const Clauses& clauses, int variables) {
  for (uint32_t bits = 0; bits < (1u << variables); ++bits)
    if (holds(clauses, [&](Literal l) { return ((bits >> l.variable()) & 1) != l.negated(); })) return true;
  return false;
}

// Adds every third clause only when the search is under way, as packages that come into view do.
bool solve(Solver& solver, const Clauses& clauses, int variables) {
  for (int v = 0; v < variables; ++v) solver.new_variable();
  std::vector<std::vector<Literal>> late;
  for (size_t i = 0; i < clauses.size(); ++i)
    if (i % 3 == 2)
      late.push_back(clauses[i]);
    else
      solver.add_clause(clauses[i]);
  for (;;) {
    ClauseId conflict = solver.propagate();
    if (conflict != no_clause) {
      if (!solver.learn(conflict)) return false;
      continue;
    }
    if (!late.empty() && solver.level() > 1) {
      solver.add_clause(late.back());
      late.pop_back();
      continue;
    }
    int v = 0;
    while (v < variables && !solver.is_open(positive(v))) ++v;
    if (v < variables) {
      solver.decide(v % 2 ? positive(v) : negative(v));
      continue;
    }
    if (late.empty()) return true;
    solver.add_clause(late.back());
    late.pop_back();
  }
}

TEST(Sat, AgreesWithTryingAll) {
  std::mt19937 random(7);
  int solvable = 0;
  for (int round = 0; round < 1500; ++round) {
    int variables = 3 + static_cast<int>(random() % 8);
    Clauses clauses(1 + random() % (static_cast<unsigned>(variables) * 5));
    for (auto& clause : clauses) {
      std::vector<int> used;
      for (unsigned n = 1 + random() % 3; n > 0; --n) {
        int v = static_cast<int>(random() % static_cast<unsigned>(variables));
        if (std::find(used.begin(), used.end(), v) != used.end()) continue;
        used.push_back(v);
        clause.push_back(random() % 2 ? positive(v) : negative(v));
      }
    }
    bool expected = by_trying_all(clauses, variables);
    solvable += expected;
    Solver solver;
    ASSERT_EQ(solve(solver, clauses, variables), expected) << "round " << round;
    if (expected) {
      ASSERT_TRUE(holds(clauses, [&](Literal l) { return solver.is_true(l); }));
      continue;
    }
    Clauses core;
    for (ClauseId id : solver.core()) core.emplace_back(solver.clause(id).begin(), solver.clause(id).end());
    ASSERT_FALSE(by_trying_all(core, variables)) << "the core has a solution, round " << round;
    auto smallest = minimal_contradiction(core, variables);
    for (size_t left_out = 0; left_out < smallest.size(); ++left_out) {
      Clauses rest;
      for (size_t i = 0; i < smallest.size(); ++i)
        if (i != left_out) rest.push_back(core[smallest[i]]);
      ASSERT_TRUE(by_trying_all(rest, variables)) << "not minimal, round " << round;
    }
  }
  EXPECT_GT(solvable, 250);
  EXPECT_LT(solvable, 1250);
}

TEST(Sat, EmptyClauseHasNoSolution) {
  Solver solver;
  ClauseId id = solver.add_clause({});
  EXPECT_EQ(solver.propagate(), id);
  EXPECT_FALSE(solver.learn(id));
  EXPECT_EQ(solver.core(), std::vector<ClauseId>{id});
}

}  // namespace
}  // namespace cooper::resolve

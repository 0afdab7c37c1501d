// Runs the nodes of a DAG on several threads, the longest remaining path first.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "util/error.h"

namespace cooper::build {

struct ScheduleNode {
  std::vector<int> needs;  // indices of the nodes that must be done before
  double seconds = 1;      // estimate of its own time: decides the order only
};

enum class OnFailure {
  stop,        // no new node starts, and running ones are told through `cancel`; what they then say is nothing new
  keep_going,  // only what needs the failed node is left out; ErrorKind::interrupted stops all nevertheless
};

struct ScheduleFailure {
  int node = 0;
  Error error;
};

// Calls `run(index)` for each node once, after all it needs; `workers` at once. Returns what failed, in that order:
// nothing where all is done, one failure at most with OnFailure::stop. The nodes must form a DAG with needs[i] < i.
std::vector<ScheduleFailure> run_schedule(const std::vector<ScheduleNode>& nodes, int workers, OnFailure on_failure,
                                          std::atomic<bool>& cancel, const std::function<Result<>(int)>& run);

}  // namespace cooper::build

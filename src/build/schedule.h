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

// Calls `run(index)` for each node once, after all it needs; `workers` at once. After an error no new node starts;
// running ones are told through `cancel`, and the first error is returned. The nodes must form a DAG with needs[i] < i.
Result<> run_schedule(const std::vector<ScheduleNode>& nodes, int workers, std::atomic<bool>& cancel,
                      const std::function<Result<>(int)>& run);

}  // namespace cooper::build

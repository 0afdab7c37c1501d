#include "build/schedule.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

namespace cooper::build {

namespace {

// Seconds from the start of a node to the end of all that waits for it: nodes with more behind them go first.
std::vector<double> critical_paths(const std::vector<ScheduleNode>& nodes) {
  std::vector<double> behind(nodes.size(), 0);
  for (size_t i = nodes.size(); i-- > 0;) {
    behind[i] += nodes[i].seconds;
    for (int need : nodes[i].needs) {
      assert(need < static_cast<int>(i));
      behind[need] = std::max(behind[need], behind[i]);
    }
  }
  return behind;
}

}  // namespace

std::vector<ScheduleFailure> run_schedule(const std::vector<ScheduleNode>& nodes, int workers, OnFailure on_failure,
                                          std::atomic<bool>& cancel, const std::function<Result<>(int)>& run) {
  std::vector<double> priority = critical_paths(nodes);
  std::vector<int> waiting(nodes.size());
  std::vector<std::vector<int>> dependents(nodes.size());
  auto later = [&](int a, int b) { return priority[a] != priority[b] ? priority[a] < priority[b] : a > b; };
  std::priority_queue<int, std::vector<int>, decltype(later)> ready(later);
  for (size_t i = 0; i < nodes.size(); ++i) {
    waiting[i] = static_cast<int>(nodes[i].needs.size());
    for (int need : nodes[i].needs) dependents[need].push_back(static_cast<int>(i));
    if (waiting[i] == 0) ready.push(static_cast<int>(i));
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<ScheduleFailure> failures;
  int running = 0;
  bool stopped = false;
  auto work = [&]() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&]() { return !ready.empty() || running == 0 || stopped; });
      if (ready.empty() || stopped) return;
      int node = ready.top();
      ready.pop();
      ++running;
      lock.unlock();
      Result<> result = run(node);
      lock.lock();
      --running;
      if (result) {
        for (int dependent : dependents[node])
          if (--waiting[dependent] == 0) ready.push(dependent);
      } else if (!stopped) {
        stopped = on_failure == OnFailure::stop || result.error().kind == ErrorKind::interrupted;
        failures.push_back({node, std::move(result).error()});
        if (stopped) cancel = true;
      }
      changed.notify_all();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return failures;
}

}  // namespace cooper::build

#include "build/schedule.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "build/jobserver.h"

namespace cooper::build {
namespace {

TEST(Schedule, RunsEveryNodeOnceAfterItsNeeds) {
  std::vector<ScheduleNode> nodes(50);
  for (int i = 1; i < 50; ++i) {
    nodes[i].needs = {i / 2};
    if (i > 10) nodes[i].needs.push_back(i - 7);
  }
  std::vector<std::atomic<int>> done(50);
  std::atomic<bool> cancel{false}, order_kept{true};
  auto failures = run_schedule(nodes, 4, OnFailure::stop, cancel, [&](int i) -> Result<> {
    for (int need : nodes[i].needs)
      if (!done[need]) order_kept = false;
    ++done[i];
    return {};
  });
  EXPECT_TRUE(failures.empty());
  EXPECT_TRUE(order_kept);
  for (const auto& times : done) EXPECT_EQ(times, 1);
}

TEST(Schedule, LongestPathFirst) {
  // 0 is short but 3 (long) waits for it; 1 and 2 wait for nothing and hold nothing up.
  std::vector<ScheduleNode> nodes{{{}, 1}, {{}, 2}, {{}, 3}, {{0}, 100}};
  std::vector<int> order;
  std::atomic<bool> cancel{false};
  auto failures = run_schedule(nodes, 1, OnFailure::stop, cancel, [&](int i) -> Result<> {
    order.push_back(i);
    return {};
  });
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(order, (std::vector<int>{0, 3, 2, 1}));
}

// Which nodes ran, and which failed, of a schedule where those of `broken` fail.
struct Outcome {
  std::vector<int> ran, failed;
  bool cancelled = false;
};

Outcome run_with(const std::vector<ScheduleNode>& nodes, int workers, OnFailure on_failure,
                 const std::map<int, ErrorKind>& broken) {
  Outcome out;
  std::mutex mutex;
  std::atomic<bool> cancel{false};
  auto failures = run_schedule(nodes, workers, on_failure, cancel, [&](int i) -> Result<> {
    std::lock_guard lock(mutex);
    out.ran.push_back(i);
    if (auto found = broken.find(i); found != broken.end()) return fail(found->second, fmt::format("{} is broken", i));
    return {};
  });
  for (const ScheduleFailure& failure : failures) {
    EXPECT_EQ(failure.error.what, fmt::format("{} is broken", failure.node));
    out.failed.push_back(failure.node);
  }
  std::ranges::sort(out.ran);
  std::ranges::sort(out.failed);
  out.cancelled = cancel;
  return out;
}

TEST(Schedule, FirstFailureStopsTheRest) {
  Outcome run = run_with({{{}, 1}, {{0}, 1}, {{1}, 1}}, 2, OnFailure::stop, {{1, ErrorKind::failed}});
  EXPECT_EQ(run.ran, (std::vector{0, 1}));
  EXPECT_EQ(run.failed, (std::vector{1}));
  EXPECT_TRUE(run.cancelled);
}

TEST(Schedule, KeepsGoingWithAllThatDoesNotNeedWhatFailed) {
  // 2 needs what fails, 3 needs 2; 1, 4 and 5 need neither, and 5 fails, too.
  std::vector<ScheduleNode> nodes{{{}, 9}, {{}, 1}, {{0, 1}, 1}, {{2}, 1}, {{1}, 1}, {{4}, 1}};
  for (int workers : {1, 2, 8}) {
    Outcome run = run_with(nodes, workers, OnFailure::keep_going, {{0, ErrorKind::failed}, {5, ErrorKind::distfile}});
    EXPECT_EQ(run.ran, (std::vector{0, 1, 4, 5})) << workers;
    EXPECT_EQ(run.failed, (std::vector{0, 5})) << workers;
    EXPECT_FALSE(run.cancelled) << workers;
  }
}

TEST(Schedule, AnInterruptionStopsEvenWhatKeepsGoing) {
  Outcome run = run_with({{{}, 9}, {{}, 8}, {{}, 7}}, 1, OnFailure::keep_going,
                         {{0, ErrorKind::failed}, {1, ErrorKind::interrupted}});
  EXPECT_EQ(run.ran, (std::vector{0, 1}));
  EXPECT_TRUE(run.cancelled);
}

TEST(Jobserver, HandsOutAsManyTokensAsJobs) {
  auto server = Jobserver::create(2);
  ASSERT_TRUE(server);
  std::atomic<bool> cancel{false};
  EXPECT_TRUE(server->acquire(cancel));
  EXPECT_TRUE(server->acquire(cancel));
  std::atomic<bool> got{false};
  std::thread third([&]() { got = server->acquire(cancel); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(got);
  server->release();
  third.join();
  EXPECT_TRUE(got);
  cancel = true;
  EXPECT_FALSE(server->acquire(cancel));
}

}  // namespace
}  // namespace cooper::build

#include "build/schedule.h"

#include <gtest/gtest.h>

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
  auto result = run_schedule(nodes, 4, cancel, [&](int i) -> Result<> {
    for (int need : nodes[i].needs)
      if (!done[need]) order_kept = false;
    ++done[i];
    return {};
  });
  EXPECT_TRUE(result);
  EXPECT_TRUE(order_kept);
  for (const auto& times : done) EXPECT_EQ(times, 1);
}

TEST(Schedule, LongestPathFirst) {
  // 0 is short but 3 (long) waits for it; 1 and 2 wait for nothing and hold nothing up.
  std::vector<ScheduleNode> nodes{{{}, 1}, {{}, 2}, {{}, 3}, {{0}, 100}};
  std::vector<int> order;
  std::atomic<bool> cancel{false};
  ASSERT_TRUE(run_schedule(nodes, 1, cancel, [&](int i) -> Result<> {
    order.push_back(i);
    return {};
  }));
  EXPECT_EQ(order, (std::vector<int>{0, 3, 2, 1}));
}

TEST(Schedule, FirstErrorStopsTheRest) {
  std::vector<ScheduleNode> nodes{{{}, 1}, {{0}, 1}, {{1}, 1}};
  std::atomic<bool> cancel{false};
  int ran = 0;
  auto result = run_schedule(nodes, 2, cancel, [&](int i) -> Result<> {
    ++ran;
    if (i == 1) return fail(ErrorKind::failed, "broken");
    return {};
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "broken");
  EXPECT_TRUE(cancel);
  EXPECT_EQ(ran, 2);
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

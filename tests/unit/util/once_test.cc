#include "util/once.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cooper::util {
namespace {

TEST(Once, IsDoneOnceAllThatAskFindItDone) {
  Once once;
  std::atomic<int> made = 0;
  int value = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&]() {
      bool done = once.attempt([&]() {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ++made;
        value = 7;
        return true;
      });
      EXPECT_TRUE(done);
      EXPECT_EQ(value, 7);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST(Once, WhatFailedIsTriedAgain) {
  Once once;
  EXPECT_FALSE(once.attempt([]() { return false; }));
  EXPECT_FALSE(once.done());
  EXPECT_TRUE(once.attempt([]() { return true; }));
  EXPECT_TRUE(once.attempt([]() { return false; })) << "it was done before";
}

}  // namespace
}  // namespace cooper::util

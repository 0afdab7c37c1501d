#include <unistd.h>

#include <gtest/gtest.h>

#include "build/jobserver.h"

namespace cooper::build {
namespace {

int take_all(int fd) {
  // As a build would, through its own blocking end: no more than are there.
  int taken = 0;
  for (char token; taken < 2 && ::read(fd, &token, 1) == 1; ++taken) {
  }
  return taken;
}

TEST(Jobserver, GivesTokensAndTakesThemBack) {
  auto server = Jobserver::create(2);
  ASSERT_TRUE(server);
  std::atomic<bool> cancel = false;
  EXPECT_TRUE(server->acquire(cancel));
  EXPECT_TRUE(server->acquire(cancel));
  server->release();
  EXPECT_TRUE(server->acquire(cancel));
  cancel = true;
  EXPECT_FALSE(server->acquire(cancel));
}

TEST(Jobserver, IsRightAgainAfterABuildThatTookOrGaveTokens) {
  auto server = Jobserver::create(3);
  ASSERT_TRUE(server);
  std::atomic<bool> cancel = false;
  ASSERT_TRUE(server->acquire(cancel));
  EXPECT_EQ(take_all(server->read_fd()), 2);
  server->release();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(server->acquire(cancel));
  ASSERT_EQ(::write(server->write_fd(), "+++++", 5), 5);
  for (int i = 0; i < 3; ++i) server->release();
  ASSERT_TRUE(server->acquire(cancel));
  EXPECT_EQ(take_all(server->read_fd()), 2);
  cancel = true;
  EXPECT_FALSE(server->acquire(cancel));
}

}  // namespace
}  // namespace cooper::build

// Sandboxes over the machine's own /usr: what is inside, what is kept out, and how they end.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/sandbox.h"
#include "util/file.h"

namespace cooper::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Run : public testing::Test {
 protected:
  void SetUp() override {
    auto works = check();
    if (!works) GTEST_SKIP() << works.error().message();
    folder_ = std::make_unique<util::TemporaryDirectory>(
        *util::TemporaryDirectory::create(fs::temp_directory_path(), "sandbox-test"));
    for (const char* name : {"low", "upper", "work"}) fs::create_directory(folder_->path() / name);
    for (const char* name : {"bin", "lib", "lib64", "sbin"})
      if (fs::is_symlink(fs::path("/") / name)) fs::copy_symlink(fs::path("/") / name, folder_->path() / "low" / name);
  }

  Command shell(std::string script) const {
    Command command;
    command.lower = {folder_->path() / "low"};
    command.upper = folder_->path() / "upper";
    command.work = folder_->path() / "work";
    command.binds = {{"/usr", "/usr"}};
    command.argv = {"/bin/sh", "-c", std::move(script)};
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    return command;
  }

  struct Ended {
    Outcome outcome;
    std::string output;
  };
  Ended end(Command command) const {
    Ended ended;
    command.on_output = [&](std::string_view text) { ended.output += text; };
    auto outcome = run(command);
    if (!outcome) {
      ADD_FAILURE() << outcome.error().message();
      return ended;
    }
    ended.outcome = *outcome;
    return ended;
  }
  std::string output(std::string script) const { return end(shell(std::move(script))).output; }

  std::unique_ptr<util::TemporaryDirectory> folder_;
};

TEST_F(Run, GivesExitCodesAndSignals) {
  EXPECT_EQ(end(shell("exit 7")).outcome.exit_code, 7);
  EXPECT_EQ(end(shell("kill -TERM $$")).outcome.exit_code, 128 + 15);
  EXPECT_EQ(end(shell("true")).outcome.end, Outcome::End::exited);
}

TEST_F(Run, PassesOutputOnAndToAFile) {
  auto command = shell("echo out; echo err >&2");
  util::Fd file(::open((folder_->path() / "log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  command.output_fd = file.get();
  EXPECT_EQ(end(command).output, "out\nerr\n");
  EXPECT_EQ(*util::read_file(folder_->path() / "log"), "out\nerr\n");
}

TEST_F(Run, InheritsNoEnvironment) {
  ::setenv("COOPER_TEST_SECRET", "1", 1);
  auto command = shell("/usr/bin/env");
  command.environment["FOO"] = "bar baz";
  std::string text = end(command).output;
  EXPECT_THAT(text, HasSubstr("FOO=bar baz\n"));
  EXPECT_THAT(text, Not(HasSubstr("COOPER_TEST_SECRET")));
}

// The first process inside is a copy of this one.
TEST_F(Run, HidesTheCallersMemory) {
  EXPECT_EQ(output("cat /proc/1/environ /proc/1/maps /proc/1/mem 2>/dev/null | wc -c; ls /proc/1/root/ 2>/dev/null; "
                   "readlink /proc/1/fd/* /proc/1/cwd"),
            "0\n");
}

TEST_F(Run, LimitsTheSizeOfAFile) {
  auto command = shell("head -c 3000 /dev/zero > /x; stat -c %s /x");
  command.limits.file_bytes = 1000;
  EXPECT_THAT(end(command).output, HasSubstr("1000\n"));
}

TEST_F(Run, LeavesRoomOnTheDisk) {
  auto command = shell("sleep 1000");
  command.limits.free_bytes = uint64_t{1} << 60;
  EXPECT_EQ(end(command).outcome.end, Outcome::End::disk_full);
}

// chown changes nothing, and the caller learns of each file; by all the ways there are to name one.
TEST_F(Run, TellsOfChangedOwners) {
  auto command = shell(
      "cd /tmp; mkdir d; touch a d/b; ln -s /tmp/a link; ln -s /nowhere dangling; chown 12:34 a; chown 56 d/../d/b; "
      "chown -h 7:8 dangling; cd d; chown :9 ../link; chown 1 missing 2>/dev/null || echo no; stat -c %u:%g /tmp/a; "
      "stat -c %i /tmp/a /tmp/d/b; stat -c %i /tmp/dangling");
  std::vector<OwnershipChange> changes;
  command.on_ownership = [&](const OwnershipChange& change) { changes.push_back(change); };
  auto ended = end(command);
  ASSERT_EQ(changes.size(), 4u) << ended.output;
  EXPECT_EQ(changes[0].uid, 12u);
  EXPECT_EQ(changes[0].gid, 34u);
  EXPECT_EQ(changes[1].uid, 56u);
  EXPECT_EQ(changes[1].gid, OwnershipChange::unchanged);
  EXPECT_EQ(changes[2].uid, 7u);
  EXPECT_EQ(changes[3].gid, 9u);
  EXPECT_EQ(changes[3].inode, changes[0].inode);
  EXPECT_EQ(ended.output, "no\n0:0\n" + std::to_string(changes[0].inode) + "\n" + std::to_string(changes[1].inode) +
                              "\n" + std::to_string(changes[2].inode) + "\n");
}

// A link of a sandbox never leads to a file of the host.
TEST_F(Run, FollowsLinksInItsOwnRootForOwners) {
  fs::path outside = folder_->path() / "outside";
  std::ofstream(outside) << "x";
  auto command = shell("ln -s " + outside.string() + " /tmp/out; chown 5 /tmp/out 2>/dev/null || echo no");
  std::vector<OwnershipChange> changes;
  command.on_ownership = [&](const OwnershipChange& change) { changes.push_back(change); };
  EXPECT_EQ(end(command).output, "no\n");
  EXPECT_TRUE(changes.empty());
}

TEST_F(Run, HasNamespacesOfItsOwn) {
  EXPECT_EQ(output("echo $$"), "2\n");
  EXPECT_EQ(output("id -u; id -g; uname -n"), "0\n0\ncooper\n");
  EXPECT_EQ(output("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"), "lo\n");
  EXPECT_EQ(output("cat /proc/self/setgroups"), "deny\n");
}

TEST_F(Run, ShowsOtherIds) {
  auto command = shell("id -u; id -g; touch /tmp/x && stat -c %u:%g /tmp/x");
  command.uid = 1000;
  command.gid = 100;
  EXPECT_EQ(end(command).output, "1000\n100\n1000:100\n");
}

TEST_F(Run, SeesNothingOfTheHost) {
  std::string text = output("ls -A / | tr '\\n' ' '; ls -A /tmp; ls -d /sys /home /root /etc 2>/dev/null");
  EXPECT_EQ(text, "bin dev lib lib64 proc sbin tmp usr ");
  EXPECT_EQ(output("ls /dev | tr '\\n' ' '"), "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero ");
}

TEST_F(Run, WritesGoToTheUpperLayerOnly) {
  auto ended = end(shell("echo hello > /new; mkdir /bin2; rm /sbin"));
  EXPECT_EQ(ended.outcome.exit_code, 0) << ended.output;
  EXPECT_EQ(*util::read_file(folder_->path() / "upper/new"), "hello\n");
  EXPECT_FALSE(fs::exists(folder_->path() / "low/new"));
  EXPECT_TRUE(fs::is_symlink(folder_->path() / "low/sbin"));
  // The next one starts from what the upper layer has.
  EXPECT_EQ(output("cat /new"), "hello\n");
}

TEST_F(Run, TakesWritesWithoutAnUpperLayer) {
  auto command = shell("echo x > /gone && cat /gone");
  command.upper.clear();
  EXPECT_EQ(end(command).output, "x\n");
  EXPECT_FALSE(fs::exists(folder_->path() / "upper/gone"));
}

TEST_F(Run, ComposesManyLayers) {
  auto command = shell("cat /which; ls /layers | wc -l");
  command.lower.clear();
  for (int i = 0; i < 300; ++i) {
    fs::path layer = folder_->path() / "a-name-that-is-rather-long-for-a-layer" / std::to_string(i);
    fs::create_directories(layer / "layers");
    std::ofstream(layer / "which") << i << "\n";
    std::ofstream(layer / "layers" / std::to_string(i)) << i;
    command.lower.push_back(layer);
  }
  command.lower.push_back(folder_->path() / "low");
  EXPECT_EQ(end(command).output, "0\n300\n");
}

TEST_F(Run, BindsReadOnlyUnlessAsked) {
  fs::create_directories(folder_->path() / "shared");
  std::ofstream(folder_->path() / "one") << "1";
  auto command = shell("cat /deep/er/file; echo 2 > /deep/er/file; touch /ro/x; touch /rw/x && ls /rw");
  command.binds.push_back({folder_->path() / "one", "/deep/er/file"});
  command.binds.push_back({folder_->path() / "shared", "/ro"});
  command.binds.push_back({folder_->path() / "shared", "/rw", true});
  std::string text = end(command).output;
  EXPECT_THAT(text, HasSubstr("1"));
  EXPECT_THAT(text, HasSubstr("Read-only file system"));
  EXPECT_TRUE(text.ends_with("x\n")) << text;
  EXPECT_EQ(*util::read_file(folder_->path() / "one"), "1");
}

TEST_F(Run, FakesOwnership) {
  EXPECT_EQ(output("touch /tmp/f; chown 33:44 /tmp/f && stat -c %u:%g /tmp/f; mknod /tmp/d c 1 3 && ls /tmp"),
            "0:0\nf\n");
  auto command = shell("touch /tmp/f; chown 33:44 /tmp/f 2>/dev/null || echo no");
  command.fake_ownership = false;
  EXPECT_EQ(end(command).output, "no\n");
}

TEST_F(Run, ReachesNoSystemControls) {
  std::string text = output(
      "for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/sys/kernel/core_pattern; do (echo x > $f) "
      "2>/dev/null && echo wrote $f; "
      "done; mount -t tmpfs x /tmp 2>/dev/null && echo mounted; unshare -U true 2>/dev/null && echo unshared; umount "
      "/usr 2>/dev/null && "
      "echo unmounted; echo end");
  EXPECT_EQ(text, "end\n");
}

TEST_F(Run, KillsWhatIsLeftBehind) {
  auto ended = end(shell("sleep 1000 & echo started"));
  EXPECT_EQ(ended.output, "started\n");
  EXPECT_EQ(ended.outcome.exit_code, 0);
  EXPECT_TRUE(ended.outcome.left_processes);
  EXPECT_FALSE(end(shell("sleep 0.02 &")).outcome.left_processes);
}

TEST_F(Run, EndsAtTheTimeLimit) {
  auto command = shell("setsid sleep 1000 & sleep 1000");
  command.limits.seconds = 1;
  auto before = std::chrono::steady_clock::now();
  auto ended = end(command);
  EXPECT_EQ(ended.outcome.end, Outcome::End::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
}

TEST_F(Run, EndsAtTheOutputLimit) {
  auto command = shell("yes");
  command.limits.log_bytes = 100'000;
  auto ended = end(command);
  EXPECT_EQ(ended.outcome.end, Outcome::End::too_much_output);
  EXPECT_EQ(ended.output.size(), 100'000u);
}

TEST_F(Run, EndsWhenCancelled) {
  auto command = shell("sleep 1000");
  std::atomic<bool> cancel{false};
  command.cancel = &cancel;
  std::thread canceller([&]() {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancel = true;
  });
  EXPECT_EQ(end(command).outcome.end, Outcome::End::cancelled);
  canceller.join();
}

TEST_F(Run, StopsForkBombs) {
  auto command = shell("f() { f | f & }; f; sleep 20");
  command.limits.processes = 200;
  auto before = std::chrono::steady_clock::now();
  auto ended = end(command);
  EXPECT_EQ(ended.outcome.end, Outcome::End::too_many_processes);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(15));
}

TEST_F(Run, PassesDescriptors) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  util::Fd read(fds[0]), write(fds[1]);
  auto command = shell("echo status >&3; ls /proc/self/fd | tr '\\n' ' '");
  command.fds = {{write.get(), 3}};
  EXPECT_EQ(end(command).output, "0 1 2 3 4 ");  // 4 is that of ls itself
  write.reset();
  char buffer[64];
  EXPECT_EQ(std::string(buffer, ::read(read.get(), buffer, sizeof buffer)), "status\n");
  EXPECT_EQ(::read(read.get(), buffer, sizeof buffer), 0);
}

TEST_F(Run, SaysWhatCannotStart) {
  auto command = shell("");
  command.argv = {"no-such-program"};
  auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::failed);
  EXPECT_EQ(outcome.error().where, "no-such-program");
  command = shell("true");
  command.directory = "/nowhere";
  outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().where, "/nowhere");
  command = shell("true");
  command.lower = {"/no/such/layer"};
  outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().where, "/no/such/layer");
}

TEST_F(Run, ManyAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&]() {
      for (int i = 0; i < 5; ++i) {
        auto command = shell("echo hi");
        command.upper.clear();
        std::string text;
        command.on_output = [&](std::string_view piece) { text += piece; };
        auto outcome = run(command);
        if (outcome && outcome->exit_code == 0 && text == "hi\n") ++good;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

}  // namespace
}  // namespace cooper::sandbox

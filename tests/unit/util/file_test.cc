#include "util/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/hash.h"

namespace cooper::util {
namespace {

class Files : public testing::Test {
 protected:
  TemporaryDirectory folder = *TemporaryDirectory::create(testing::TempDir(), "files");
  fs::path path(const char* name) const { return folder.path() / name; }
};

TEST_F(Files, WriteReadsBackAndLeavesNoTemporary) {
  ASSERT_TRUE(write_file(path("a/b/c"), "hello"));
  EXPECT_EQ(*read_file(path("a/b/c")), "hello");
  EXPECT_EQ(*list_directory(path("a/b")), std::vector<std::string>{"c"});
}

TEST_F(Files, ReadErrorsNameThePath) {
  auto missing = read_file(path("missing"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().where, path("missing"));
  EXPECT_FALSE(read_file(folder.path()));
  ASSERT_TRUE(write_file(path("large"), std::string(100, 'x')));
  EXPECT_FALSE(read_file(path("large"), 99));
}

TEST_F(Files, ReadsToTheEndWhateverTheSizeSays) {
  ASSERT_TRUE(write_file(path("full"), std::string(100, 'x')));
  EXPECT_EQ(read_file(path("full"), 100)->size(), 100u);
  ASSERT_TRUE(write_file(path("empty"), ""));
  EXPECT_EQ(*read_file(path("empty")), "");
  auto told_empty = read_file("/proc/self/status");
  ASSERT_TRUE(told_empty);
  EXPECT_TRUE(told_empty->ends_with('\n'));
  EXPECT_FALSE(read_file("/proc/self/status", 10));
  EXPECT_FALSE(read_file("/dev/zero", 1 << 20));
}

TEST_F(Files, RemoveTreeOpensReadOnlyFolders) {
  ASSERT_TRUE(write_file(path("tree/sub/file"), ""));
  ::chmod(path("tree/sub").c_str(), 0500);
  fs::create_symlink("/etc", path("tree/link"));
  ASSERT_TRUE(remove_tree(path("tree")));
  EXPECT_FALSE(fs::exists(path("tree")));
  EXPECT_TRUE(fs::exists("/etc"));
  EXPECT_TRUE(remove_tree(path("tree")));
}

TEST_F(Files, RemoveTreeGoesAsDeepAsItMust) {
  ASSERT_TRUE(make_directories(path("deep")));
  int fd = ::open(path("deep").c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 1500; ++i) {
    ASSERT_EQ(::mkdirat(fd, "d", 0700), 0);
    int next = ::openat(fd, "d", O_RDONLY | O_DIRECTORY);
    ::close(fd);
    fd = next;
  }
  ::close(fd);
  auto removed = remove_tree(path("deep"));
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(fs::exists(path("deep")));
}

TEST_F(Files, LockIsSeenByOtherProcessesAndGoesWithItsHolder) {
  auto lock = FileLock::acquire(path("lock"), FileLock::Kind::exclusive);
  ASSERT_TRUE(lock && lock->held());
  auto held_elsewhere = [&]() {
    pid_t child = ::fork();
    if (child == 0) {
      auto other = FileLock::try_acquire(path("lock"), FileLock::Kind::exclusive);
      ::_exit(other && other->held() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 1;
  };
  EXPECT_TRUE(held_elsewhere());
  { FileLock gone = std::move(*lock); }
  EXPECT_FALSE(held_elsewhere());
}

TEST(Hash, KnownValues) {
  EXPECT_EQ(hash(HashAlgorithm::sha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash(HashAlgorithm::blake2b, "abc").substr(0, 16), "ba80a53f981c4d0d");
  EXPECT_EQ(hash(HashAlgorithm::sha512, "abc").substr(0, 16), "ddaf35a193617aba");
}

TEST(Hash, FieldsDoNotRunTogether) {
  Hasher a(HashAlgorithm::sha256), b(HashAlgorithm::sha256);
  a.update_field("ab"), a.update_field("c");
  b.update_field("a"), b.update_field("bc");
  EXPECT_NE(a.hex(), b.hex());
}

TEST(ErrorMessage, HasAllPartsIndented) {
  Error error{ErrorKind::usage, "unknown key", "php.toml:1:1", "first\nsecond", "try this"};
  EXPECT_EQ(error.message(), "unknown key\n  at php.toml:1:1\n  first\n  second\n  hint: try this");
}

}  // namespace
}  // namespace cooper::util

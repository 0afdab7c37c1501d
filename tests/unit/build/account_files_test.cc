#include "build/account_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "util/file.h"

namespace cooper::build {
namespace {

namespace fs = std::filesystem;

class AccountFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<util::TemporaryDirectory>(
        *util::TemporaryDirectory::create(fs::temp_directory_path(), "account-files"));
    layers_.resize(2);
    layers_[0].root = folder_->path() / "upper";
    layers_[1].root = folder_->path() / "lower";
    file("base/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nman:x:6:12:man:/var/cache/man:/usr/sbin/nologin\n");
    file("base/etc/group", "root:x:0:\nman:x:12:\nnogroup:x:65534:\n");
  }
  void file(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_->path() / path).parent_path());
    ASSERT_TRUE(util::write_file(folder_->path() / path, text));
  }
  bool write() { return *write_account_files(layers_, folder_->path() / "base", folder_->path() / "out"); }
  std::string written(const std::string& name) const { return *util::read_file(folder_->path() / "out/etc" / name); }

  std::unique_ptr<util::TemporaryDirectory> folder_;
  std::vector<ActionLayer> layers_;
};

TEST_F(AccountFiles, HaveTheGroupOfEveryImage) {
  ASSERT_TRUE(write());
  // The first line of a number names it.
  EXPECT_EQ(written("group"), "nobody:x:65534:\nroot:x:0:\nman:x:12:\nnogroup:x:65534:\n");
  EXPECT_EQ(written("passwd"), *util::read_file(folder_->path() / "base/etc/passwd"));
}

TEST_F(AccountFiles, TakeThoseOfPackagesForTheBaseRoots) {
  file("lower/usr/lib/sysusers.d/acct-group-man.conf", "g man 15\n");
  file("lower/usr/lib/sysusers.d/acct-user-man.conf", "u man 7:man \"manual pages\"\n");
  file("upper/usr/lib/sysusers.d/acct-user-man.conf", "u man 13:man\n");
  file("upper/usr/lib/sysusers.d/other.conf", "u later -\n");
  ASSERT_TRUE(write());
  EXPECT_EQ(written("passwd"), "man:x:13:15::/:/sbin/nologin\nroot:x:0:0:root:/root:/bin/bash\n");
  EXPECT_EQ(written("group"), "man:x:15:\nnobody:x:65534:\nroot:x:0:\nnogroup:x:65534:\n");
}

TEST_F(AccountFiles, AreNotMadeForARootWithoutAccounts) {
  fs::remove(folder_->path() / "base/etc/passwd");
  EXPECT_FALSE(write());
}

}  // namespace
}  // namespace cooper::build

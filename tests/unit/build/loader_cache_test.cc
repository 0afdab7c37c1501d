#include "build/loader_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "util/file.h"

namespace cooper::build {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class LoaderCache : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<util::TemporaryDirectory>(
        *util::TemporaryDirectory::create(fs::temp_directory_path(), "loader-cache"));
    layers_.resize(1);
    layers_[0].root = folder_->path() / "layer";
    fs::create_directories(layers_[0].root);
    fs::create_directories(folder_->path() / "base");
  }
  // Any shared object of this machine will do: the C library that this test runs with.
  void library(const std::string& path) const {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
      if (size_t at = line.find('/'); at != std::string::npos && line.ends_with("/libc.so.6")) {
        fs::create_directories((layers_[0].root / path).parent_path());
        fs::copy_file(line.substr(at), layers_[0].root / path);
        return;
      }
    FAIL() << "no libc.so.6 in /proc/self/maps";
  }
  bool write() { return *write_loader_cache(layers_, folder_->path() / "base", folder_->path() / "out"); }
  std::string cache() const { return *util::read_file(folder_->path() / "out/etc/ld.so.cache"); }

  std::unique_ptr<util::TemporaryDirectory> folder_;
  std::vector<ActionLayer> layers_;
};

TEST_F(LoaderCache, HoldsLibrariesThatTheLoaderWouldNotFind) {
  library("usr/lib64/libx.so.1");
  ASSERT_TRUE(write());
  EXPECT_THAT(cache(), HasSubstr("/usr/lib64/libx.so.1"));
  // The link that ldconfig would make.
  EXPECT_EQ(fs::read_symlink(folder_->path() / "out/usr/lib64/libc.so.6"), "libx.so.1");
  EXPECT_THAT(cache(), HasSubstr("/usr/lib64/libc.so.6"));
}

TEST_F(LoaderCache, HoldsFoldersThatPackagesName) {
  library("usr/lib/deep/libx.so.1");
  fs::create_directories(layers_[0].root / "etc/env.d");
  std::ofstream(layers_[0].root / "etc/env.d/50x") << "A=b\nLDPATH=\"/usr/lib/deep\"\n";
  ASSERT_TRUE(write());
  EXPECT_THAT(cache(), HasSubstr("/usr/lib/deep/libx.so.1"));
}

TEST_F(LoaderCache, IsNotThereWithoutNeed) {
  library("usr/lib/libx.so.1");
  EXPECT_FALSE(write());
  library("usr/lib64/libx.so.1");
  fs::create_directories(folder_->path() / "base/usr/lib64");
  std::ofstream(folder_->path() / "base/usr/lib64/libc.so.6") << "";
  EXPECT_FALSE(write());
}

}  // namespace
}  // namespace cooper::build

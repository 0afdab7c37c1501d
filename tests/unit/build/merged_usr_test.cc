#include "build/merged_usr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "util/file.h"

namespace cooper::build {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using tree::EntryKind;

class MergedUsr : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<util::TemporaryDirectory>(
        *util::TemporaryDirectory::create(fs::temp_directory_path(), "merged-usr"));
    for (auto [path, target] :
         {std::pair("bin", "usr/bin"), std::pair("lib64", "usr/lib64"), std::pair("sbin", "usr/sbin")}) {
      tree::Entry link;
      link.path = path;
      link.kind = EntryKind::symlink;
      link.target = target;
      base_.put(link);
    }
  }
  void file(const std::string& path, const std::string& text = "x") const {
    fs::create_directories((image() / path).parent_path());
    std::ofstream(image() / path) << text;
  }
  void link(const std::string& path, const std::string& target) const {
    fs::create_directories((image() / path).parent_path());
    fs::create_symlink(target, image() / path);
  }
  fs::path image() const { return folder_->path(); }
  Result<bool> follow() {
    tree_ = *tree::scan(image());
    return follow_folder_links(tree_, image(), base_);
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const tree::Entry& entry : tree_.entries)
      if (entry.kind != EntryKind::directory) out.push_back(entry.path);
    return out;
  }

  std::unique_ptr<util::TemporaryDirectory> folder_;
  tree::Tree base_, tree_;
};

TEST_F(MergedUsr, MovesToWhereTheLinksLead) {
  file("bin/gzip");
  file("lib64/libz.so.1.3", "z");
  link("lib64/libz.so.1", "libz.so.1.3");
  file("usr/bin/zcat");
  fs::create_hard_link(image() / "bin/gzip", image() / "bin/gunzip");
  ASSERT_TRUE(follow());
  EXPECT_THAT(paths(), ElementsAre("usr/bin/gunzip", "usr/bin/gzip", "usr/bin/zcat", "usr/lib64/libz.so.1",
                                   "usr/lib64/libz.so.1.3"));
  EXPECT_FALSE(fs::exists(fs::symlink_status(image() / "bin")));
  EXPECT_TRUE(fs::exists(image() / "usr/lib64/libz.so.1"));
  EXPECT_EQ(tree_.entries, tree::scan(image())->entries);
}

TEST_F(MergedUsr, TheFirstOfHardLinksStaysTheFile) {
  file("bin/zcat", "z");
  fs::create_directories(image() / "usr/bin");
  fs::create_hard_link(image() / "bin/zcat", image() / "usr/bin/cat");
  fs::create_hard_link(image() / "bin/zcat", image() / "usr/bin/zzz");
  ASSERT_TRUE(follow());
  EXPECT_EQ(tree_.find("usr/bin/cat")->kind, EntryKind::file);
  EXPECT_EQ(tree_.entries, tree::scan(image())->entries);
}

TEST_F(MergedUsr, LinksKeepWhatTheyMean) {
  file("usr/bin/perl");
  link("bin/perl5", "../usr/bin/perl");
  file("lib64/libncurses.so.6");
  link("usr/lib64/libncurses.so", "../../lib64/libncurses.so.6");
  ASSERT_TRUE(follow());
  EXPECT_EQ(tree_.find("usr/bin/perl5")->target, "perl");
  EXPECT_TRUE(fs::exists(image() / "usr/bin/perl5"));
}

TEST_F(MergedUsr, LinksBetweenTheTwoPlacesGo) {
  file("bin/awk");
  link("usr/bin/awk", "../../bin/awk");
  file("usr/sbin/ip");
  link("sbin/ip", "/usr/sbin/ip");
  ASSERT_TRUE(follow());
  EXPECT_THAT(paths(), ElementsAre("usr/bin/awk", "usr/sbin/ip"));
  EXPECT_EQ(tree_.find("usr/bin/awk")->kind, EntryKind::file);
  EXPECT_EQ(tree_.entries, tree::scan(image())->entries);
}

TEST_F(MergedUsr, DifferentFilesAreAnError) {
  file("bin/a", "1");
  file("usr/bin/a", "2");
  auto result = follow();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "/bin/a and /usr/bin/a are different files");
}

TEST_F(MergedUsr, NothingMovesWhereTheBaseHasFolders) {
  base_ = {};
  file("bin/a");
  EXPECT_EQ(follow(), false);
  EXPECT_THAT(paths(), ElementsAre("bin/a"));
}

}  // namespace
}  // namespace cooper::build

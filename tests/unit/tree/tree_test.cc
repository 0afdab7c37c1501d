#include "tree/tree.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "util/file.h"
#include "util/hash.h"

namespace cooper::tree {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Entry make(std::string path, EntryKind kind = EntryKind::file) {
  Entry entry;
  entry.path = std::move(path);
  entry.kind = kind;
  if (kind == EntryKind::file) entry.digest = util::hash(util::HashAlgorithm::sha256, "");
  return entry;
}

class TreeOnDisk : public testing::Test {
 protected:
  util::TemporaryDirectory scratch_ = *util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-tree");
  fs::path root_ = scratch_.path() / "root";
  void SetUp() override { fs::create_directories(root_); }
  void write(const std::string& path, std::string_view content, unsigned mode = 0644) {
    ASSERT_TRUE(util::write_file(root_ / path, content, mode));
  }
};

TEST(Tree, KeepsOrderAndTheLastOfEqualPaths) {
  Tree tree;
  tree.entries = {make("b"), make("a/b"), make("a-b"), make("a"), make("b", EntryKind::fifo)};
  tree.sort();
  std::vector<std::string> paths;
  for (const Entry& entry : tree.entries) paths.push_back(entry.path);
  EXPECT_THAT(paths, testing::ElementsAre("a", "a-b", "a/b", "b"));
  EXPECT_EQ(tree.find("b")->kind, EntryKind::fifo);
  EXPECT_EQ(tree.find("c"), nullptr);
  tree.put(make("aa"));
  tree.put(make("a", EntryKind::directory));
  EXPECT_EQ(tree.entries.size(), 5u);
  EXPECT_EQ(tree.entries[0].kind, EntryKind::directory);
  tree.erase("a");
  EXPECT_EQ(tree.find("a"), nullptr);
  EXPECT_NE(tree.find("a/b"), nullptr);
}

TEST(Tree, KnowsBadPaths) {
  for (const char* good : {"a", "a/b", "...", "a/..b", ".hidden"}) EXPECT_TRUE(valid_path(good)) << good;
  for (const char* bad : {"", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "../a"})
    EXPECT_FALSE(valid_path(bad)) << bad;
  EXPECT_FALSE(valid_path(std::string_view("a\0b", 3)));
}

TEST(Tree, DigestSeesAllThatAnImageShows) {
  Tree tree;
  tree.entries = {make("a")};
  const std::string before = digest(tree);
  auto changed = [&](auto change) {
    Tree copy = tree;
    change(copy.entries[0]);
    return digest(copy) != before;
  };
  EXPECT_TRUE(changed([](Entry& e) { e.path = "b"; }));
  EXPECT_TRUE(changed([](Entry& e) { e.kind = EntryKind::fifo; }));
  EXPECT_TRUE(changed([](Entry& e) { e.mode = 04755; }));
  EXPECT_TRUE(changed([](Entry& e) { e.uid = 1; }));
  EXPECT_TRUE(changed([](Entry& e) { e.gid = 1; }));
  EXPECT_TRUE(changed([](Entry& e) { e.mtime = 1; }));
  EXPECT_TRUE(changed([](Entry& e) { e.size = 1; }));
  EXPECT_TRUE(changed([](Entry& e) { e.digest[0] ^= 1; }));
  EXPECT_TRUE(changed([](Entry& e) { e.xattrs["user.a"] = ""; }));
  EXPECT_FALSE(changed([](Entry& e) { e.owner = "someone"; }));
  EXPECT_FALSE(changed([](Entry& e) { e.source = "/elsewhere"; }));
}

TEST(Ledger, ComesBackAsItWas) {
  Tree tree;
  Entry file = make("usr/bin/\"quoted\"\\ \n\x01");
  file.mode = 04755, file.uid = 4294967295u, file.gid = 7, file.mtime = -5, file.size = 1ull << 40,
  file.owner = "a/b-1";
  file.xattrs["security.capability"] = std::string("\0\xff\x02", 3);
  file.source = fs::path("/r") / file.path;
  Entry link = make("usr/bin/zz", EntryKind::hardlink);
  link.target = file.path;
  Entry odd = make("latin-\xe1", EntryKind::symlink);
  odd.target = "../\xff";
  Entry device = make("dev/null", EntryKind::character_device);
  device.device_major = 1, device.device_minor = 3, device.mode = 0666;
  tree.entries = {file, link, odd, device, make("dev", EntryKind::directory), make("dev/fifo", EntryKind::fifo)};
  tree.sort();
  std::string text = to_json(tree);
  Result<Tree> back = from_json(text, "/r");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->entries, tree.entries);
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(to_json(*from_json(to_json(Tree{}), "/")), to_json(Tree{}));
}

TEST(Ledger, RefusesDamage) {
  Tree tree;
  tree.entries = {make("a"), make("b", EntryKind::directory), make("c", EntryKind::hardlink)};
  tree.entries[2].target = "a";
  const std::string text = to_json(tree);
  ASSERT_TRUE(from_json(text, "/r"));
  for (size_t cut = 0; cut + 2 < text.size(); ++cut) EXPECT_FALSE(from_json(text.substr(0, cut), "/r")) << cut;
  auto with = [&](std::string_view from, std::string_view to) {
    std::string copy = text;
    copy.replace(copy.find(from), from.size(), to);
    return from_json(copy, "/r");
  };
  EXPECT_THAT(with("\"b\",\"644\"", "\"../b\",\"644\"").error().why, HasSubstr("a bad path"));
  EXPECT_THAT(with("\"b\",\"644\"", "\"b\",\"9\"").error().why, HasSubstr("a bad mode"));
  EXPECT_THAT(with("[\"d\",\"b\"", "[\"d\",\"a\"").error().why, HasSubstr("wrong order"));
  EXPECT_THAT(with("[\"d\"", "[\"q\"").error().why, HasSubstr("an unknown kind"));
  EXPECT_THAT(with(",0,\"a\"]", ",0,\"zz\"]").error().why, HasSubstr("link to nothing"));
  EXPECT_THAT(with("cooper-ledger-1", "cooper-ledger-9").error().why, HasSubstr("unknown format"));
}

TEST_F(TreeOnDisk, ScanReadsWhatIsThere) {
  write("bin/tool", "content", 0755);
  fs::create_hard_link(root_ / "bin/tool", root_ / "bin/alias");
  fs::create_symlink("/etc/\xff", root_ / "link");
  write("secret", "closed", 0111);
  fs::create_directory(root_ / "sealed");
  write("sealed/inside", "");
  ASSERT_EQ(::chmod((root_ / "sealed").c_str(), 01000), 0);
  ASSERT_EQ(::mkfifo((root_ / "fifo").c_str(), 0600), 0);
  bool xattrs = ::setxattr((root_ / "bin/tool").c_str(), "user.test", "v\0w", 3, 0) == 0;
  Result<Tree> tree = scan(root_);
  ASSERT_TRUE(tree) << tree.error().message();
  std::vector<std::string> paths;
  for (const Entry& entry : tree->entries) paths.push_back(entry.path);
  EXPECT_THAT(
      paths, testing::ElementsAre("bin", "bin/alias", "bin/tool", "fifo", "link", "sealed", "sealed/inside", "secret"));
  const Entry& file = *tree->find("bin/alias");
  EXPECT_EQ(file.kind, EntryKind::file);
  EXPECT_EQ(file.size, 7u);
  EXPECT_EQ(file.digest, util::hash(util::HashAlgorithm::sha256, "content"));
  EXPECT_EQ(file.mode, 0755u);
  if (xattrs) {
    EXPECT_EQ(file.xattrs.at("user.test"), std::string("v\0w", 3));
  }
  EXPECT_EQ(tree->find("bin/tool")->kind, EntryKind::hardlink);
  EXPECT_EQ(tree->find("bin/tool")->target, "bin/alias");
  EXPECT_EQ(tree->find("link")->target, "/etc/\xff");
  EXPECT_EQ(tree->find("secret")->digest, util::hash(util::HashAlgorithm::sha256, "closed"));
  EXPECT_EQ(tree->find("secret")->mode, 0111u);
  EXPECT_EQ(tree->find("sealed")->mode, 01000u);
  EXPECT_EQ(tree->find("fifo")->kind, EntryKind::fifo);
  struct stat st;
  ASSERT_EQ(::stat((root_ / "secret").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0111u) << "scan leaves modes as they were";
  EXPECT_EQ(tree->total_size(), 13u);
}

TEST_F(TreeOnDisk, ScanNamesWhatIsMissing) {
  Result<Tree> tree = scan(root_ / "nothing");
  ASSERT_FALSE(tree);
  EXPECT_THAT(tree.error().where, HasSubstr("nothing"));
}

TEST_F(TreeOnDisk, MaterializeMakesTheSameTree) {
  write("bin/tool", "content", 0750);
  fs::create_hard_link(root_ / "bin/tool", root_ / "bin/zz");
  fs::create_symlink("tool", root_ / "bin/link");
  write("ro/file", std::string(300000, 'x'), 0444);
  ASSERT_EQ(::chmod((root_ / "ro").c_str(), 0555), 0);
  Tree tree = *scan(root_);
  for (bool link : {false, true}) {
    fs::path out = scratch_.path() / (link ? "linked" : "copied");
    fs::create_directory(out);
    Result<> made = materialize(tree, out, link, false);
    ASSERT_TRUE(made) << made.error().message();
    Tree again = *scan(out);
    EXPECT_EQ(digest(again), digest(tree));
    bool shared = fs::equivalent(out / "ro/file", root_ / "ro/file");
    EXPECT_EQ(shared, link);
  }
}

TEST_F(TreeOnDisk, MaterializeCopiesWhereALinkWouldChangeTheSource) {
  write("tool", "content", 0644);
  Tree tree = *scan(root_);
  tree.entries[0].mode = 0755;
  fs::path out = scratch_.path() / "out";
  fs::create_directory(out);
  ASSERT_TRUE(materialize(tree, out, true, false));
  struct stat st;
  ::stat((root_ / "tool").c_str(), &st);
  EXPECT_EQ(st.st_mode & 07777, 0644u);
  ::stat((out / "tool").c_str(), &st);
  EXPECT_EQ(st.st_mode & 07777, 0755u);
}

TEST_F(TreeOnDisk, MaterializeStaysBelowItsRoot) {
  write("target", "bytes");
  Tree tree = *scan(root_);
  tree.entries[0].path = "escape/file";
  Entry link = make("escape", EntryKind::symlink);
  link.target = scratch_.path() / "outside";
  fs::create_directory(link.target);
  tree.put(link);
  fs::path out = scratch_.path() / "out";
  fs::create_directory(out);
  Result<> made = materialize(tree, out, false, false);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().where, HasSubstr("escape"));
  EXPECT_FALSE(fs::exists(scratch_.path() / "outside/file"));
}

TEST_F(TreeOnDisk, MaterializeWritesThroughNoOldSymlink) {
  write("file", "new");
  Tree tree = *scan(root_);
  fs::path out = scratch_.path() / "out";
  fs::create_directory(out);
  ASSERT_TRUE(util::write_file(scratch_.path() / "victim", "old"));
  fs::create_symlink(scratch_.path() / "victim", out / "file");
  ASSERT_TRUE(materialize(tree, out, false, false));
  EXPECT_EQ(*util::read_file(scratch_.path() / "victim"), "old");
  EXPECT_EQ(*util::read_file(out / "file"), "new");
}

}  // namespace
}  // namespace cooper::tree

#include "tree/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "util/file.h"
#include "util/hash.h"

namespace cooper::tree {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Writes tar archives entry by entry.
class Tar {
 public:
  explicit Tar(const fs::path& path, int filter = ARCHIVE_FILTER_NONE) : archive_(::archive_write_new()) {
    ::archive_write_set_format_pax(archive_);
    ::archive_write_add_filter(archive_, filter);
    ::archive_write_set_options(archive_, "hdrcharset=BINARY");
    EXPECT_EQ(::archive_write_open_filename(archive_, path.c_str()), ARCHIVE_OK);
  }
  ~Tar() { ::archive_write_free(archive_); }

  Tar& file(const std::string& path, std::string_view content, unsigned mode = 0644) {
    return add(path, AE_IFREG, mode, content);
  }
  Tar& directory(const std::string& path, unsigned mode = 0755) { return add(path, AE_IFDIR, mode); }
  Tar& symlink(const std::string& path, const std::string& target) {
    return add(path, AE_IFLNK, 0777, {}, [&](archive_entry* e) { ::archive_entry_set_symlink(e, target.c_str()); });
  }
  Tar& hardlink(const std::string& path, const std::string& target) {
    return add(path, AE_IFREG, 0644, {}, [&](archive_entry* e) { ::archive_entry_set_hardlink(e, target.c_str()); });
  }
  Tar& add(const std::string& path, unsigned type, unsigned mode, std::string_view content = {},
           const std::function<void(archive_entry*)>& change = {}) {
    archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, path.c_str());
    ::archive_entry_set_filetype(entry, type);
    ::archive_entry_set_perm(entry, mode);
    ::archive_entry_set_size(entry, static_cast<int64_t>(content.size()));
    ::archive_entry_set_mtime(entry, 1700000000, 0);
    ::archive_entry_set_uid(entry, 33);
    ::archive_entry_set_gid(entry, 44);
    if (change) change(entry);
    EXPECT_EQ(::archive_write_header(archive_, entry), ARCHIVE_OK) << ::archive_error_string(archive_);
    if (!content.empty()) ::archive_write_data(archive_, content.data(), content.size());
    ::archive_entry_free(entry);
    return *this;
  }

 private:
  archive* archive_;
};

class Archive : public testing::Test {
 protected:
  util::TemporaryDirectory scratch_ = *util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-archive");
  fs::path tar_ = scratch_.path() / "a.tar", into_ = scratch_.path() / "into";
  void SetUp() override { fs::create_directories(into_); }
  std::string text(const std::string& path) { return util::read_file(into_ / path).value_or("(absent)"); }
};

TEST_F(Archive, KeepsModesOwnersAndXattrsInTheLedgerOnly) {
  Tar(tar_)
      .directory("./")
      .directory("./sealed", 01000)
      .file("./sealed/tool", "bytes", 04111)
      .add("./capable", AE_IFREG, 0755, "x",
           [](archive_entry* e) { ::archive_entry_xattr_add_entry(e, "security.capability", "\0\1", 2); })
      .add("./null", AE_IFCHR, 0666, {},
           [](archive_entry* e) { ::archive_entry_set_rdevmajor(e, 1), ::archive_entry_set_rdevminor(e, 3); })
      .add("./pipe", AE_IFIFO, 0600)
      .symlink("./link", "/absolute/target")
      .file("./\xff\xc3\xa9", "latin and utf-8");
  Result<Tree> tree = extract_tar(tar_, into_, {.owner = "me"});
  ASSERT_TRUE(tree) << tree.error().message();
  const Entry& tool = *tree->find("sealed/tool");
  EXPECT_EQ(tool.mode, 04111u);
  EXPECT_EQ(tool.uid, 33u);
  EXPECT_EQ(tool.gid, 44u);
  EXPECT_EQ(tool.mtime, 1700000000);
  EXPECT_EQ(tool.size, 5u);
  EXPECT_EQ(tool.owner, "me");
  EXPECT_EQ(tool.digest, util::hash(util::HashAlgorithm::sha256, "bytes"));
  EXPECT_EQ(tool.source, into_ / "sealed/tool");
  struct stat st;
  ASSERT_EQ(::stat(tool.source.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0711u) << "no setuid bit, readable and writable";
  ASSERT_EQ(::stat((into_ / "sealed").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0700, 0700u);
  EXPECT_EQ(tree->find("sealed")->mode, 01000u);
  EXPECT_EQ(tree->find("capable")->xattrs.at("security.capability"), std::string("\0\1", 2));
  EXPECT_EQ(tree->find("null")->kind, EntryKind::character_device);
  EXPECT_EQ(tree->find("null")->device_minor, 3u);
  EXPECT_FALSE(fs::exists(into_ / "null"));
  EXPECT_EQ(tree->find("pipe")->kind, EntryKind::fifo);
  EXPECT_FALSE(fs::exists(into_ / "pipe"));
  EXPECT_EQ(tree->find("link")->target, "/absolute/target");
  EXPECT_NE(tree->find("\xff\xc3\xa9"), nullptr) << "names are bytes";
}

TEST_F(Archive, ReadsEveryCompressionAndPipes) {
  for (int filter :
       {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_ZSTD}) {
    fs::path into = scratch_.path() / std::to_string(filter);
    fs::create_directory(into);
    Tar(tar_, filter).file("a/b", "bytes");
    Result<Tree> tree = extract_tar(tar_, into);
    ASSERT_TRUE(tree) << filter << tree.error().message();
    EXPECT_EQ(*util::read_file(into / "a/b"), "bytes");
  }
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  std::string bytes = *util::read_file(tar_);
  ASSERT_EQ(::write(pipe[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(pipe[1]);
  Result<Tree> tree = extract_tar(pipe[0], "a pipe", into_);
  ::close(pipe[0]);
  ASSERT_TRUE(tree) << tree.error().message();
  EXPECT_EQ(text("a/b"), "bytes");
}

TEST_F(Archive, KeepsHardLinksInOrder) {
  Tar(tar_).file("z", "one").hardlink("m", "./z").hardlink("n", "/m").symlink("s", "z").hardlink("t", "s");
  Tree tree = *extract_tar(tar_, into_);
  EXPECT_EQ(tree.find("m")->kind, EntryKind::file);
  EXPECT_EQ(tree.find("m")->size, 3u);
  EXPECT_EQ(tree.find("n")->target, "m");
  EXPECT_EQ(tree.find("z")->target, "m");
  EXPECT_EQ(tree.find("t")->kind, EntryKind::symlink);
  EXPECT_TRUE(fs::equivalent(into_ / "z", into_ / "n"));
  Tree seen = *scan(into_);
  for (const char* path : {"m", "n", "z"}) EXPECT_EQ(seen.find(path)->kind, tree.find(path)->kind) << path;
}

TEST_F(Archive, LastOfEqualNamesWinsAndLinksKeepTheirBytes) {
  Tar(tar_)
      .file("a", "old")
      .hardlink("b", "a")
      .hardlink("c", "a")
      .file("a", "new")
      .directory("d")
      .file("d/x", "")
      .file("d", "flat");
  Tree tree = *extract_tar(tar_, into_);
  EXPECT_EQ(text("a"), "new");
  EXPECT_EQ(text("b"), "old");
  EXPECT_EQ(tree.find("b")->kind, EntryKind::file);
  EXPECT_EQ(tree.find("c")->target, "b");
  EXPECT_EQ(tree.find("d/x"), nullptr);
  EXPECT_EQ(text("d"), "flat");
}

TEST_F(Archive, SymlinkedParentsStayInside) {
  fs::create_directory(scratch_.path() / "outside");
  Tar(tar_)
      .symlink("bin", "usr/bin")
      .file("bin/tool", "1")
      .symlink("abs", (scratch_.path() / "outside").string())
      .file("abs/file", "2")
      .symlink("up", "../../../../../outside")
      .file("up/file", "3");
  Result<Tree> tree = extract_tar(tar_, into_);
  ASSERT_TRUE(tree) << tree.error().message();
  EXPECT_EQ(text("usr/bin/tool"), "1");
  EXPECT_NE(tree->find("usr/bin/tool"), nullptr);
  EXPECT_TRUE(fs::is_empty(scratch_.path() / "outside"));
  EXPECT_EQ(text("outside/file"), "3");
}

TEST_F(Archive, RefusesWhatIsHostile) {
  auto refused = [&](auto fill) {
    fs::remove_all(into_);
    fs::create_directory(into_);
    {
      Tar tar(tar_);
      fill(tar);
    }
    Result<Tree> tree = extract_tar(tar_, into_);
    return tree ? std::string("(taken)") : tree.error().message();
  };
  EXPECT_THAT(refused([](Tar& t) { t.file("../evil", "x"); }), HasSubstr("'..'"));
  EXPECT_THAT(refused([](Tar& t) { t.file("a/../../evil", "x"); }), HasSubstr("'..'"));
  EXPECT_THAT(refused([](Tar& t) { t.hardlink("a", "../../etc/passwd"); }), HasSubstr("'..'"));
  EXPECT_THAT(refused([](Tar& t) { t.hardlink("a", "/etc/passwd"); }), HasSubstr("is not there"));
  EXPECT_THAT(refused([](Tar& t) { t.file("a", "x").file("a/b", "y"); }), HasSubstr("no folder"));
  EXPECT_THAT(refused([](Tar& t) { t.symlink("a", "b").symlink("b", "a").file("a/x", ""); }), HasSubstr("loop"));
  EXPECT_THAT(refused([](Tar& t) { t.file(std::string(300, 'n'), ""); }), HasSubstr("too long"));
  EXPECT_THAT(refused([](Tar& t) { t.directory("a").file("a/t", "").hardlink("a", "a/t"); }),
              HasSubstr("refused a hard link"));
  EXPECT_FALSE(fs::exists(scratch_.path() / "evil"));
}

TEST_F(Archive, ReportsTruncationAndNonsense) {
  Tar(tar_, ARCHIVE_FILTER_GZIP)
      .file("a", std::string(100000, 'a'))
      .file("b", *util::hash_file(util::HashAlgorithm::sha512, "/proc/self/exe"));
  std::string bytes = *util::read_file(tar_);
  for (size_t cut : {bytes.size() / 2, bytes.size() / 4, size_t{20}}) {
    ASSERT_TRUE(util::write_file(tar_, bytes.substr(0, cut)));
    Result<Tree> tree = extract_tar(tar_, into_);
    ASSERT_FALSE(tree) << cut;
    EXPECT_THAT(tree.error().message(), HasSubstr("a.tar"));
  }
  ASSERT_TRUE(util::write_file(tar_, "this is no archive at all"));
  EXPECT_FALSE(extract_tar(tar_, into_));
  EXPECT_FALSE(extract_tar(scratch_.path() / "absent", into_));
  Tar(tar_).file("a", std::string(100000, 'a'));
  EXPECT_THAT(extract_tar(tar_, into_, {.max_bytes = 5000}).error().what, HasSubstr("too large"));
  EXPECT_THAT(extract_tar(tar_, into_, {.max_entries = 0}).error().what, HasSubstr("too many"));
}

TEST_F(Archive, LayersRemoveAndReplace) {
  Tar(tar_)
      .file("keep", "1")
      .file("gone/a", "2")
      .file("gone/b", "3")
      .file("opaque/old", "4")
      .file("opaque/deep/old", "5")
      .file("plain", "6");
  Tree tree = *extract_tar(tar_, into_, {.layer = true});
  fs::path second = scratch_.path() / "b.tar";
  Tar(second)
      .file("gone/new", "7")
      .file("gone/.wh.a", "")
      .file("opaque/new", "8")
      .file("opaque/.wh..wh..opq", "")
      .file(".wh.plain", "");
  Result<> applied = apply_tar(second, into_, tree, {.layer = true});
  ASSERT_TRUE(applied) << applied.error().message();
  std::vector<std::string> paths;
  for (const Entry& entry : tree.entries) paths.push_back(entry.path);
  EXPECT_THAT(paths, testing::ElementsAre("gone/b", "gone/new", "keep", "opaque/new"));
  EXPECT_FALSE(fs::exists(into_ / "plain"));
  EXPECT_FALSE(fs::exists(into_ / "opaque/old"));
  fs::path third = scratch_.path() / "c.tar";
  Tar(third).file("gone/.wh...", "");
  EXPECT_THAT(apply_tar(third, into_, tree, {.layer = true}).error().what, HasSubstr("refused a whiteout"));
}

}  // namespace
}  // namespace cooper::tree

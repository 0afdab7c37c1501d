#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "fixture.h"
#include "repository/index_file.h"
#include "repository/maintain.h"
#include "util/hash.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Md5 md5(unsigned char byte) {
  Md5 out;
  out.fill(byte);
  return out;
}

std::string small_index() {
  IndexBuilder builder;
  builder.add_folder({"cat", "foo"}, 7);
  EbuildEntry entry;
  entry.version = "1.2-r3";
  entry.ebuild_stamp = 8;
  entry.cache_stamp = absent_stamp;
  entry.md5 = md5(5);
  entry.checked = true;
  entry.eclasses = {builder.eclass_version("one", md5(1)), builder.eclass_version("two", md5(2))};
  entry.text = "EAPI=8\nSLOT=0\n";
  entry.notes = "file\tprints\n";
  builder.add_ebuild(entry);
  entry.version = "2";
  entry.eclasses = {builder.eclass_version("two", md5(2))};
  entry.failed = true;
  entry.text = "it died";
  entry.notes = "";
  builder.add_ebuild(entry);
  builder.add_folder({"dog", "bar"}, no_stamp);
  builder.add_eclass_file({"/a/one.eclass", 9, md5(1)});
  builder.add_eclass_file({"/a/two.eclass", 10, md5(2)});
  return std::move(builder).finish("the key", 11);
}

TEST(IndexFile, GivesBackWhatWasWritten) {
  std::string bytes = small_index();
  auto file = IndexFile::open(bytes, "the key");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->parser(), 11u);
  EXPECT_EQ(file->folder_count(), 2u);
  auto foo = file->find({"cat", "foo"});
  ASSERT_TRUE(foo);
  EXPECT_EQ(foo->stamp, 7u);
  ASSERT_EQ(foo->ebuilds, 2u);
  auto first = file->ebuild(foo->first_ebuild), second = file->ebuild(foo->first_ebuild + 1);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->version, "1.2-r3");
  EXPECT_EQ(first->ebuild_stamp, 8u);
  EXPECT_EQ(first->cache_stamp, absent_stamp);
  EXPECT_EQ(first->md5, md5(5));
  EXPECT_TRUE(first->checked && !first->failed && !first->from_cache);
  EXPECT_EQ(first->text, "EAPI=8\nSLOT=0\n");
  EXPECT_EQ(first->notes, "file\tprints\n");
  ASSERT_EQ(first->eclasses.size(), 2u);
  EXPECT_EQ(file->eclass_version(first->eclasses[1]).name, "two");
  EXPECT_EQ(file->eclass_version(first->eclasses[1]).md5, md5(2));
  EXPECT_TRUE(second->failed);
  EXPECT_EQ(second->text, "it died");
  EXPECT_EQ(file->find({"dog", "bar"})->ebuilds, 0u);
  EXPECT_FALSE(file->find({"cat", "fo"}));
  EXPECT_FALSE(file->find({"zoo", "a"}));
  EXPECT_EQ(file->find_eclass_file("/a/two.eclass")->stamp, 10u);
  EXPECT_FALSE(file->find_eclass_file("/a/three.eclass"));
  EXPECT_FALSE(file->ebuild(2));
}

TEST(IndexFile, IsNotBelievedWhenForeignOrDamaged) {
  const std::string bytes = small_index();
  EXPECT_FALSE(IndexFile::open(bytes, "another key"));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(IndexFile::open(bytes.substr(0, size), "the key")) << size;
  EXPECT_FALSE(IndexFile::open(bytes + "x", "the key"));
  // Wherever a byte is wrong, either the file or the record that holds it is refused.
  auto text = [](const std::optional<EbuildEntry>& entry) {
    return entry ? std::string(entry->text) + std::string(entry->notes) : "";
  };
  auto whole = IndexFile::open(bytes, "the key");
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    auto file = IndexFile::open(bad, "the key");
    if (!file) continue;
    bool first = text(file->ebuild(0)) == text(whole->ebuild(0)),
         second = text(file->ebuild(1)) == text(whole->ebuild(1));
    EXPECT_TRUE(first != second) << i;
  }
}

class IndexTest : public Fixture {
 protected:
  // With a bash that is not there, so that only what is known already is found.
  OpenOptions knowing() const {
    OpenOptions options = sourcing(true);
    options.bash = "/nonexistent/bash";
    return options;
  }
  std::filesystem::path index_file() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(path("cache/metadata")))
      if (entry.path().extension() == ".index") found.push_back(entry.path());
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? "" : found[0];
  }
  size_t readable(const OpenOptions& options) {
    auto repository = open(path("one"), {}, options);
    size_t count = 0;
    for (const ebuild::PackageName& name : repository->names()) count += repository->versions(name).size();
    return count;
  }
  // Makes all files so old that their times can be trusted.
  void wait_until_old() { std::this_thread::sleep_for(std::chrono::milliseconds(2600)); }
};

TEST_F(IndexTest, IsOneFileAndEnough) {
  auto root = add_repository("one");
  write(root / "eclass/some.eclass", "IUSE=x\n");
  for (const char* name : {"a", "b", "c"})
    ebuild(root, std::string("cat/") + name + "/" + name + "-1.ebuild", "inherit some\n");
  EXPECT_EQ(readable(sourcing(true)), 3u);
  EXPECT_EQ(readable(knowing()), 3u);
  std::string before = *util::read_file(index_file());
  wait_until_old();
  EXPECT_EQ(readable(knowing()), 3u);
  std::string with_times = *util::read_file(index_file());
  EXPECT_NE(with_times, before);
  EXPECT_EQ(readable(knowing()), 3u);
  EXPECT_EQ(*util::read_file(index_file()), with_times);  // nothing was learned, nothing is written
}

TEST_F(IndexTest, OnlyWhatAnEditTouchesIsSourcedAgain) {
  auto root = add_repository("one");
  write(root / "eclass/some.eclass", "IUSE=x\n");
  write(root / "eclass/other.eclass", "IUSE=y\n");
  ebuild(root, "cat/a/a-1.ebuild", "inherit some\n");
  ebuild(root, "cat/b/b-1.ebuild", "inherit other\n");
  ebuild(root, "cat/c/c-1.ebuild");
  ebuild(root, "cat/c/c-2.ebuild");
  EXPECT_EQ(readable(sourcing(true)), 4u);
  write(root / "eclass/some.eclass", "IUSE=z\n");
  ebuild(root, "cat/c/c-2.ebuild", "IUSE=new\n");
  auto repository = open(root, {}, knowing());
  EXPECT_THAT(repository->versions({"cat", "a"}), IsEmpty());
  EXPECT_EQ(repository->versions({"cat", "b"}).size(), 1u);
  ASSERT_EQ(repository->versions({"cat", "c"}).size(), 1u);
  EXPECT_EQ(repository->versions({"cat", "c"})[0]->cpv.version.text(), "1");
  repository.reset();
  repository = open(root, {}, sourcing(true));
  EXPECT_TRUE(only(*repository, "cat", "a")->metadata.has_iuse("z"));
  EXPECT_TRUE(repository->versions({"cat", "c"})[1]->metadata.has_iuse("new"));
  // An eclass of its own that now hides the master's, and one that is gone.
  std::filesystem::remove(root / "eclass/some.eclass");
  EXPECT_THAT(open(root, {}, sourcing(true))->versions({"cat", "a"}), IsEmpty());
}

TEST_F(IndexTest, SeesFilesComeAndGo) {
  auto root = add_repository("one");
  ebuild(root, "cat/a/a-1.ebuild");
  ebuild(root, "cat/b/b-1.ebuild");
  wait_until_old();
  EXPECT_EQ(readable(sourcing(true)), 2u);
  ebuild(root, "cat/a/a-2.ebuild");
  EXPECT_EQ(readable(sourcing(true)), 3u);
  std::filesystem::remove(root / "cat/a/a-1.ebuild");
  EXPECT_EQ(readable(knowing()), 2u);
  util::remove_tree(root / "cat/a").value();
  EXPECT_EQ(readable(knowing()), 1u);
  auto index = *util::read_file(index_file());
  EXPECT_THAT(index, testing::Not(HasSubstr("a-1")));
}

TEST_F(IndexTest, ADamagedFileIsMadeAnew) {
  auto root = add_repository("one");
  ebuild(root, "cat/a/a-1.ebuild");
  ebuild(root, "cat/b/b-1.ebuild");
  EXPECT_EQ(readable(sourcing(true)), 2u);
  const std::string good = *util::read_file(index_file());
  auto replaced = [&](size_t at, const std::string& bytes) {
    return std::string(good).replace(at, bytes.size(), bytes);
  };
  for (const std::string& bad :
       {std::string(), std::string("x"), good.substr(0, good.size() / 2), good.substr(0, good.size() - 1), good + good,
        replaced(8, "\x63"), replaced(200, "????"), std::string(good.size(), '\0')}) {
    write(index_file(), bad);
    EXPECT_EQ(readable(knowing()), 0u);
    write(index_file(), bad);
    EXPECT_EQ(readable(sourcing(true)), 2u);
    EXPECT_EQ(readable(knowing()), 2u);
  }
  // One bad record costs one package.
  write(index_file(), replaced(good.rfind("SLOT=0"), "SLOT=1"));
  EXPECT_EQ(readable(knowing()), 1u);
  EXPECT_EQ(readable(sourcing(true)), 2u);
  EXPECT_EQ(readable(knowing()), 2u);
}

TEST_F(IndexTest, SurvivesBeingShortenedWhileInUse) {
  auto root = add_repository("one");
  for (int i = 0; i < 40; ++i) {
    std::string name = "p" + std::to_string(i) + "x";
    ebuild(root, "cat/" + name + "/" + name + "-1.ebuild", "HOMEPAGE=\"" + std::string(3000, 'x') + "\"\n");
  }
  EXPECT_EQ(readable(sourcing(true)), 40u);
  auto repository = open(root, {}, sourcing(true));
  EXPECT_EQ(only(*repository, "cat", "p0x")->metadata.homepage.size(), 3000u);
  ASSERT_EQ(::truncate(index_file().c_str(), 100), 0);
  for (const ebuild::PackageName& name : repository->names())
    EXPECT_EQ(repository->versions(name).size(), 1u) << name.text();
}

TEST_F(IndexTest, SeveralProcessesAddToOneFile) {
  auto root = add_repository("one");
  for (const char* name : {"a", "b", "c"}) ebuild(root, std::string("cat/") + name + "/" + name + "-1.ebuild");
  auto first = open(root, {}, sourcing(true)), second = open(root, {}, sourcing(true));
  EXPECT_TRUE(only(*first, "cat", "a"));
  EXPECT_TRUE(only(*second, "cat", "b"));
  EXPECT_TRUE(first->save());
  EXPECT_TRUE(second->save());
  EXPECT_EQ(readable(knowing()), 2u);
}

TEST_F(IndexTest, RemembersWhatWasNoticed) {
  auto root = add_repository("one");
  ebuild(root, "cat/bad/bad-1.ebuild", "die \"not today\"\n");
  ebuild(root, "cat/loud/loud-1.ebuild", "echo hello\n");
  ebuild(root, "cat/torn/torn-1.ebuild");
  ebuild(root, "cat/dep/dep-1.ebuild", "RDEPEND=\"( a/b\"\n");
  write(root / "cat/torn/torn-x.ebuild", "");
  write(root / "metadata/md5-cache/cat/torn-1", "no key here\n");
  for (int round = 0; round < 3; ++round) {
    if (round == 1) wait_until_old();
    auto repository = open(root, {}, round == 0 ? sourcing(true) : knowing());
    for (const ebuild::PackageName& name : repository->names()) (void)repository->versions(name);
    std::string problems = problems_text(*repository);
    for (const char* expected :
         {"not today", "hello", "torn-x.ebuild: ignored", "md5-cache/cat/torn-1:1", "dep-1.ebuild: RDEPEND"})
      EXPECT_THAT(problems, HasSubstr(expected)) << "round " << round;
    EXPECT_EQ(repository->problems().size(), 5u) << problems;
  }
  // Mended, it is fine, and another cache entry counts at once.
  std::filesystem::remove(root / "metadata/md5-cache/cat/torn-1");
  std::filesystem::remove(root / "cat/torn/torn-x.ebuild");
  auto repository = open(root, {}, knowing());
  EXPECT_TRUE(only(*repository, "cat", "torn"));
  EXPECT_THAT(repository->problems(), IsEmpty());
  std::string md5 = util::hash(util::HashAlgorithm::md5, *util::read_file(root / "cat/torn/torn-1.ebuild"));
  write(root / "metadata/md5-cache/cat/torn-1", "DESCRIPTION=cached\nEAPI=8\nSLOT=0\n_md5_=" + md5 + "\n");
  EXPECT_EQ(only(*open(root, {}, knowing()), "cat", "torn")->metadata.description, "cached");
}

}  // namespace
}  // namespace cooper::repository

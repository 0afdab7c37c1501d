#include "repository/maintain.h"

#include <gmock/gmock.h>

#include "fixture.h"
#include "util/hash.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MaintainTest : public Fixture {
 protected:
  std::string read(const std::filesystem::path& file) {
    auto text = util::read_file(file);
    EXPECT_TRUE(text) << text.error().message();
    return text ? *text : "";
  }
};

TEST_F(MaintainTest, WritesACacheThatIsBelieved) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "inherit outer\nRDEPEND=\"sys/bar\n\tsys/baz\"\n");
  write(root / "eclass/outer.eclass", "inherit inner\nIUSE=o\n");
  write(root / "eclass/inner.eclass", "IUSE=i\n");
  write(root / "metadata/md5-cache/cat/gone-1", "EAPI=8\n");
  write(root / "metadata/md5-cache/old/gone-1", "EAPI=8\n");
  {
    auto repository = open(root);
    std::atomic<bool> cancel{false};
    ASSERT_TRUE(read_all(*repository, 2, cancel));
    auto report = write_md5_cache(*repository);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->ebuilds, 1u);
    EXPECT_EQ(report->written, 1u);
    EXPECT_EQ(report->removed, 2u);
  }
  EXPECT_FALSE(std::filesystem::exists(root / "metadata/md5-cache/old"));
  auto md5 = [&](const char* file) { return util::hash(util::HashAlgorithm::md5, read(root / file)); };
  EXPECT_EQ(read(root / "metadata/md5-cache/cat/foo-1"),
            "DEFINED_PHASES=-\nDESCRIPTION=a package\nEAPI=8\nINHERIT=outer\nIUSE=i o\nKEYWORDS=amd64\nRDEPEND=sys/bar "
            "sys/baz\nSLOT=0\n"
            "_eclasses_=inner\t" +
                md5("eclass/inner.eclass") + "\touter\t" + md5("eclass/outer.eclass") +
                "\n_md5_=" + md5("cat/foo/foo-1.ebuild") + "\n");
  OpenOptions no_bash = sourcing();
  no_bash.bash = "/nonexistent/bash";
  auto repository = open(root, {}, no_bash);
  ASSERT_TRUE(only(*repository, "cat", "foo"));
  EXPECT_EQ(write_md5_cache(*repository)->written, 0u);
}

TEST_F(MaintainTest, WritesThinManifests) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild",
         "SRC_URI=\"https://a.example/one.tar x? ( https://a.example/2 -> two.tar ) "
         "https://a.example/three.tar\"\nIUSE=x\n");
  write(root / "cat/foo/files/patch", "patch");
  write(path("distfiles/one.tar"), "one");
  std::string kept = "DIST two.tar 3 SHA512 " + std::string(128, 'b') + "\n";
  write(root / "cat/foo/Manifest", "DIST old.tar 3 SHA512 " + std::string(128, 'a') + "\n" + kept);
  auto report = write_manifest(*open(root), {"cat", "foo"}, path("distfiles"));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->changed);
  EXPECT_THAT(report->added, ElementsAre("one.tar"));
  EXPECT_THAT(report->removed, ElementsAre("old.tar"));
  EXPECT_THAT(report->missing, ElementsAre("three.tar"));
  EXPECT_THAT(report->replaced, IsEmpty());
  EXPECT_EQ(read(root / "cat/foo/Manifest"), "DIST one.tar 3 BLAKE2B " +
                                                 util::hash(util::HashAlgorithm::blake2b, "one") + " SHA512 " +
                                                 util::hash(util::HashAlgorithm::sha512, "one") + "\n" + kept);
  report = write_manifest(*open(root), {"cat", "foo"}, path("distfiles"));
  EXPECT_FALSE(report->changed);
  write(path("distfiles/one.tar"), "another");
  EXPECT_THAT(write_manifest(*open(root), {"cat", "foo"}, path("distfiles"))->replaced, ElementsAre("one.tar"));
}

TEST_F(MaintainTest, KeepsLinesThatABrokenEbuildMayNeed) {
  auto root = add_repository("one");
  ebuild(root, "cat/foo/foo-1.ebuild", "die broken\n");
  std::string line = "DIST old.tar 3 SHA512 " + std::string(128, 'a') + "\n";
  write(root / "cat/foo/Manifest", line);
  auto report = write_manifest(*open(root), {"cat", "foo"}, path("distfiles"));
  ASSERT_TRUE(report);
  EXPECT_EQ(read(root / "cat/foo/Manifest"), line);
}

TEST_F(MaintainTest, WritesFullManifests) {
  auto root = add_repository("one", "masters =\n");
  ebuild(root, "cat/foo/foo-1.ebuild");
  write(root / "cat/foo/metadata.xml", "<pkgmetadata/>");
  write(root / "cat/foo/files/sub/patch", "patch");
  ASSERT_TRUE(write_manifest(*open(root), {"cat", "foo"}, path("distfiles")));
  std::string text = read(root / "cat/foo/Manifest");
  EXPECT_THAT(text, HasSubstr("AUX sub/patch 5 BLAKE2B "));
  EXPECT_THAT(text, HasSubstr("EBUILD foo-1.ebuild "));
  EXPECT_THAT(text, HasSubstr("MISC metadata.xml 14 "));
}

TEST_F(MaintainTest, ChecksWhatReadingDoesNotFind) {
  auto root = add_repository("one");
  write(root / "profiles/profiles.desc", "amd64 amd64 stable\namd64 gone dev\n");
  write(root / "licenses/MIT", "text");
  write(root / "cat/good/metadata.xml", "<pkgmetadata><use><flag name=\"x\">ex</flag></use></pkgmetadata>");
  ebuild(root, "cat/good/good-1.ebuild",
         "LICENSE=MIT\nIUSE=x\nRDEPEND=\"x? ( cat/bad ) || ( cat/none cat/bad ) elibc_glibc? ( cat/bad "
         ")\"\nBDEPEND=dev-build/cmake\n");
  ebuild(root, "cat/bad/bad-1.ebuild",
         "LICENSE=Other\nIUSE=y\nKEYWORDS=\"amd64 mips\"\nRDEPEND=\"z? ( cat/none ) || ( cat/none cat/neither "
         ")\"\nREQUIRED_USE=\"w\"\nSRC_URI=https://a.example/a.tar\n");
  auto repository = open(root);
  std::string text;
  for (const Problem& problem : check_repository(repository, {}, {{"dev-build", "cmake"}}))
    text += problem.where + ": " + problem.what + "\n";
  for (const char* expected :
       {"profiles.desc:2", "bad: has no metadata.xml", "'y' is described neither", "KEYWORDS has 'mips'",
        "RDEPEND uses the flag 'z'", "RDEPEND needs cat/none", "no alternative of || ( cat/none cat/neither )",
        "REQUIRED_USE uses the flag 'w'", "license 'Other'", "a.tar has no line in the Manifest"})
    EXPECT_THAT(text, HasSubstr(expected));
  EXPECT_THAT(text, Not(HasSubstr("good")));
}

}  // namespace
}  // namespace cooper::repository

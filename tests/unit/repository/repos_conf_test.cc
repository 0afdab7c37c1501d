#include "repository/repos_conf.h"

#include <gmock/gmock.h>

#include "fixture.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReposConfTest : public Fixture {};

std::vector<std::string> names(const ReposConf& conf) {
  std::vector<std::string> out;
  for (const RepositoryEntry& entry : conf.repositories) out.push_back(entry.name);
  return out;
}

TEST_F(ReposConfTest, OrdersByPriority) {
  auto conf = parse_repos_conf(
      "# comment\n[DEFAULT]\nmain-repo = gentoo\nsync-type = git\n\n[gentoo]\nlocation = "
      "/var/db/repos/gentoo\n[b]\nlocation=b\n"
      "[a]\nlocation = /a\n[high]\nlocation = /high\npriority = 10\nmasters = gentoo a\naliases = "
      "tall\n[low]\nlocation = /low\npriority=-2000\n",
      "repos.conf", "/base");
  ASSERT_TRUE(conf) << conf.error().message();
  EXPECT_EQ(conf->main, "gentoo");
  EXPECT_THAT(names(*conf), ElementsAre("high", "b", "a", "gentoo", "low"));
  EXPECT_EQ(conf->repositories[1].location, "/base/b");
  EXPECT_EQ(conf->repositories[0].location, "/high");
  EXPECT_THAT(*conf->repositories[0].masters, ElementsAre("gentoo", "a"));
  EXPECT_THAT(conf->repositories[0].aliases, ElementsAre("tall"));
  EXPECT_FALSE(conf->repositories[3].masters);
  EXPECT_EQ(conf->repositories[0].where, "repos.conf:12");
}

TEST_F(ReposConfTest, MayBeAFolderWhereLaterFilesWin) {
  write(path("repos.conf/10-first"), "[one]\nlocation = /one\npriority = 1\n[two]\nlocation = /two\n");
  write(path("repos.conf/20-second"), "[one]\npriority = -1\n");
  write(path("repos.conf/.hidden"), "nonsense\n");
  auto conf = read_repos_conf(path("repos.conf"), "/");
  ASSERT_TRUE(conf) << conf.error().message();
  EXPECT_THAT(names(*conf), ElementsAre("two", "one"));
  EXPECT_THAT(names(*read_repos_conf(path("absent"), "/")), ElementsAre());
}

TEST_F(ReposConfTest, SaysWhatIsWrong) {
  auto error = [](const char* text) { return parse_repos_conf(text, "repos.conf", "/").error(); };
  EXPECT_EQ(error("[one]\n").what, "the repository 'one' has no location");
  EXPECT_EQ(error("[one]\nlocation = /a\npriority = high\n").where, "repos.conf:3");
  EXPECT_EQ(error("location = /a\n").where, "repos.conf:1");
  EXPECT_EQ(error("[one\nlocation = /a\n").where, "repos.conf:1");
  EXPECT_EQ(error("[one]\nlocation\n").where, "repos.conf:2");
  EXPECT_THAT(error("[DEFAULT]\nmain-repo = none\n").what, HasSubstr("'none'"));
  EXPECT_THAT(error("[-one]\nlocation = /a\n").what, HasSubstr("legal"));
}

TEST_F(ReposConfTest, MastersAndAliasesCount) {
  auto main = add_repository("main"), child = add_repository("child", "thin-manifests = true\n");
  write(main / "eclass/some.eclass", "IUSE=x\n");
  ebuild(child, "cat/foo/foo-1.ebuild", "inherit some\n");
  OpenOptions options = sourcing();
  EXPECT_EQ(open(child, {open(main)}, options)->chain().size(), 1u);
  options.default_master = "main";
  EXPECT_EQ(open(child, {open(main)}, options)->chain().size(), 2u);
  EXPECT_EQ(open(main, {}, options)->chain().size(), 1u);
  OpenOptions named = sourcing();
  named.aliases = {"other-name"};
  auto aliased = open(main, {}, named);
  options.masters = {"other-name"};
  auto repository = open(child, {aliased}, options);
  ASSERT_TRUE(repository);
  EXPECT_TRUE(only(*repository, "cat", "foo")->metadata.has_iuse("x"));
}

}  // namespace
}  // namespace cooper::repository

#include "repository/updates.h"

#include <gmock/gmock.h>

#include "fixture.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UpdatesTest : public Fixture {
 protected:
  static std::string updated(Updates& updates, const std::string& text) {
    auto atom = ebuild::Atom::parse_user(text, true);
    EXPECT_TRUE(atom) << text;
    updates.apply(*atom);
    return atom->text();
  }
};

TEST_F(UpdatesTest, ReadsLinesAndNamesThoseThatAreNone) {
  std::vector<Problem> problems;
  auto updates = parse_updates(
      "# a comment\nmove cat/old cat/new\nslotmove <cat/lib-2 0 1\nmove cat/old\nmove cat/old-1.0 cat/new\nrename a/b "
      "c/d\n"
      "slotmove cat/lib 0\nslotmove cat/lib:0 0 1\nslotmove cat/lib 0 +\n",
      "2Q-2020", problems);
  ASSERT_EQ(updates.size(), 2u);
  EXPECT_EQ(updates[0].to, "cat/new");
  EXPECT_EQ(updates[1].versions->text(), "<cat/lib-2");
  EXPECT_EQ(updates[1].where.text(), "2Q-2020:3");
  ASSERT_EQ(problems.size(), 6u);
  for (size_t i = 0; i < problems.size(); ++i) EXPECT_EQ(problems[i].where, "2Q-2020:" + std::to_string(i + 4));
}

TEST_F(UpdatesTest, FollowsMovesInTheOrderOfTheQuarters) {
  auto root = add_repository("one");
  write(root / "profiles/updates/1Q-2021", "move cat/second cat/third\n");
  write(root / "profiles/updates/4Q-2020", "move cat/first cat/second\nslotmove cat/second 0 5\n");
  write(root / "profiles/updates/x-later", "slotmove cat/third 5 6\n");
  write(root / "profiles/updates/.hidden", "move cat/third cat/none\n");
  auto repository = open(root);
  Updates updates({repository.get()});
  EXPECT_EQ(updated(updates, ">=cat/first-1.2:0[x]"), ">=cat/third-1.2:6[x]");
  EXPECT_EQ(updated(updates, "cat/first:2"), "cat/third:2");
  EXPECT_EQ(updated(updates, "cat/*"), "cat/*");
  EXPECT_EQ(updated(updates, "cat/other"), "cat/other");
  auto cpv = *ebuild::Cpv::parse("cat/first-3");
  std::string slot = "0/0";
  EXPECT_TRUE(updates.apply(cpv, slot));
  EXPECT_EQ(cpv.text(), "cat/third-3");
  EXPECT_EQ(slot, "6");
}

TEST_F(UpdatesTest, LeavesNamesAloneThatARepositoryHas) {
  auto root = add_repository("one"), overlay = add_repository("two");
  write(root / "profiles/updates/1Q-2021", "move cat/old cat/new\n");
  ebuild(overlay, "cat/old/old-1.ebuild");
  auto one = open(root), two = open(overlay);
  Updates both({two.get(), one.get()}), alone({one.get()});
  EXPECT_EQ(updated(both, "cat/old"), "cat/old");
  EXPECT_EQ(updated(alone, "cat/old"), "cat/new");
}

TEST_F(UpdatesTest, BeforeEapi8OnlyQuartersCount) {
  auto root = add_repository("one");
  write(root / "profiles/eapi", "7\n");
  write(root / "profiles/updates/others", "move cat/old cat/new\n");
  Updates updates({open(root).get()});
  auto repository = open(root);
  Updates again({repository.get()});
  EXPECT_EQ(updated(again, "cat/old"), "cat/old");
}

TEST_F(UpdatesTest, HoldForTheUsersSettings) {
  auto root = add_repository("one");
  write(root / "profiles/updates/1Q-2021", "move cat/old cat/new\nmove cat/gone\nslotmove cat/new 0 1\n");
  ebuild(root, "cat/new/new-1.ebuild", "IUSE=\"a b\"\nKEYWORDS=\"~amd64\"\nSLOT=1\n");
  write(path("etc/package.use"), "cat/old a\ncat/new:0 b\n");
  write(path("etc/package.accept_keywords"), "cat/old\n");
  write(path("etc/package.mask"), "<cat/old-1\n");
  UserSettings settings;
  settings.portage_config = path("etc");
  auto repository = open(root);
  auto config = this->config({repository}, "one:amd64", settings);
  ASSERT_TRUE(config);
  const Package* package = only(*repository, "cat", "new");
  EXPECT_TRUE(config->flags(*package)["a"].enabled);
  EXPECT_TRUE(config->flags(*package)["b"].enabled);
  EXPECT_EQ(config->visibility(*package).visibility, Visibility::visible);
  std::string told;
  for (const Problem& problem : config->problems()) told += problem.where + ": " + problem.what + "\n";
  EXPECT_THAT(told, HasSubstr("package.use:1: 'cat/old' is called 'cat/new' now"));
  EXPECT_THAT(told, HasSubstr("1Q-2021:2"));
}

}  // namespace
}  // namespace cooper::repository

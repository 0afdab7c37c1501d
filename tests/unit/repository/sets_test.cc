#include "repository/sets.h"

#include <gmock/gmock.h>

#include "fixture.h"

namespace cooper::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SetsTest : public Fixture {
 protected:
  void SetUp() override {
    root_ = add_repository("one", "masters =\nprofile-formats = portage-2 profile-set\n");
    write(root_ / "profiles/amd64/packages", "*sys/base\n*sys/gone\ncat/extra\n");
    write(root_ / "profiles/child/parent", "../amd64\n");
    write(root_ / "profiles/child/eapi", "8\n");
    write(root_ / "profiles/child/packages", "-*sys/gone\n");
    write(root_ / "sets.conf",
          "[one sets]\nclass = portage.sets.files.StaticFileSet\nmultiset = true\n"
          "directory = ${repository:one}/sets\n");
    write(root_ / "sets/shared", "cat/shared\n");
    write(path("etc/sets/tools"), "# comment\ncat/a\n>=cat/b-2:0\n@more\n@shared\n");
    write(path("etc/sets/more"), "cat/a\ncat/c\n");
    write(path("etc/sets/loop"), "@pool\n");
    write(path("etc/sets/pool"), "@loop\n");
    write(path("etc/sets/bad"), "cat/a\nnot an atom\n");
    repository_ = open(root_);
    config_ = config({repository_}, "one:child");
  }
  std::vector<std::string> members(const std::string& name) {
    auto set = read_set(name, *config_, {repository_}, path("etc"));
    EXPECT_TRUE(set) << set.error().message();
    std::vector<std::string> out;
    if (set)
      for (const SetMember& member : *set) out.push_back(member.atom.text());
    return out;
  }
  Error error(const std::string& name) { return read_set(name, *config_, {repository_}, path("etc")).error(); }

  std::filesystem::path root_;
  std::shared_ptr<Repository> repository_;
  std::shared_ptr<Config> config_;
};

TEST_F(SetsTest, ComeFromTheProfileTheUserAndRepositories) {
  EXPECT_THAT(members("system"), ElementsAre("sys/base"));
  EXPECT_THAT(members("profile"), ElementsAre("cat/extra"));
  EXPECT_THAT(members("tools"), ElementsAre("cat/a", ">=cat/b-2:0", "cat/c", "cat/shared"));
  EXPECT_THAT(members("shared"), ElementsAre("cat/shared"));
}

TEST_F(SetsTest, OfARootAreWhatWasSelectedForIt) {
  auto names = [&](const std::string& name) {
    std::vector<std::string> out;
    auto set = read_set(name, *config_, {repository_}, path("etc"), path("root"));
    if (set)
      for (const SetMember& member : *set) out.push_back(member.atom.text());
    else
      ADD_FAILURE() << set.error().message();
    return out;
  };
  EXPECT_THAT(names("world"), ElementsAre("cat/extra", "sys/base"));
  write(path("root/var/lib/portage/world"), "cat/mine\n");
  write(path("root/var/lib/portage/world_sets"), "@more\n");
  EXPECT_THAT(names("selected"), ElementsAre("cat/mine", "cat/a", "cat/c"));
  EXPECT_THAT(names("selected-packages"), ElementsAre("cat/mine"));
  EXPECT_THAT(names("world"), ElementsAre("cat/mine", "cat/a", "cat/c", "cat/extra", "sys/base"));
}

TEST_F(SetsTest, ThatAreNoneAreNamed) {
  EXPECT_THAT(error("toolz").hint, HasSubstr("@tools"));
  EXPECT_THAT(error("world").why, HasSubstr("nothing is installed"));
  EXPECT_THAT(error("loop").what, HasSubstr("part of itself"));
  EXPECT_THAT(error("loop").where, HasSubstr("pool:1"));
  EXPECT_THAT(error("bad").where, HasSubstr("bad:2"));
}

}  // namespace
}  // namespace cooper::repository

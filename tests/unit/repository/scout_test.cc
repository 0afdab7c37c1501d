#include "repository/scout.h"

#include <gmock/gmock.h>

#include <chrono>
#include <mutex>
#include <set>

#include "fixture.h"

namespace cooper::repository {
namespace {

using ::testing::UnorderedElementsAre;

// A repository that notes which packages are peeked at.
class Watched : public Repository {
 public:
  explicit Watched(std::shared_ptr<Repository> real) : real_(std::move(real)) {}
  const std::string& name() const override { return real_->name(); }
  const std::filesystem::path& root() const override { return real_->root(); }
  const Layout& layout() const override { return real_->layout(); }
  std::vector<std::string> aliases() const override { return real_->aliases(); }
  std::vector<std::string> categories() const override { return real_->categories(); }
  const std::vector<ebuild::PackageName>& names() const override { return real_->names(); }
  std::vector<const Package*> versions(const ebuild::PackageName& name) const override { return real_->versions(name); }
  std::vector<const Package*> peek(const ebuild::PackageName& name) const override {
    auto found = real_->peek(name);
    std::lock_guard lock(mutex_);
    peeked_.insert(name.package);
    return found;
  }
  const std::vector<Problem>& problems() const override { return real_->problems(); }
  std::optional<std::filesystem::path> eclass(std::string_view name) const override { return real_->eclass(name); }
  std::vector<const Repository*> chain() const override { return real_->chain(); }
  Result<ebuild::Manifest> manifest(const ebuild::PackageName& name) const override { return real_->manifest(name); }
  std::map<std::string, std::vector<std::string>> mirrors() const override { return real_->mirrors(); }
  std::map<std::string, std::string> flag_descriptions(const ebuild::PackageName& name) const override {
    return real_->flag_descriptions(name);
  }

  // Waits until `count` packages were peeked at, and a moment longer for what should not be.
  std::set<std::string> peeked(size_t count) const {
    auto number = [&] {
      std::lock_guard lock(mutex_);
      return peeked_.size();
    };
    for (int i = 0; i < 1000 && number() < count; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::lock_guard lock(mutex_);
    return peeked_;
  }

 private:
  std::shared_ptr<Repository> real_;
  mutable std::mutex mutex_;
  mutable std::set<std::string> peeked_;
};

class ScoutTest : public Fixture {
 protected:
  void SetUp() override {
    if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one processor: nothing is read ahead";
    root_ = add_repository("one");
    ebuild(root_, "cat/target/target-1.ebuild",
           "IUSE=\"+on off set\"\nRDEPEND=\"on? ( cat/on ) off? ( cat/off ) set? ( cat/set ) !on? ( cat/without ) "
           "|| ( cat/first cat/second ) !cat/blocked\"\n");
    for (const char* name : {"on", "off", "set", "without", "second", "blocked", "deep"})
      ebuild(root_, std::string("cat/") + name + "/" + name + "-1.ebuild");
    ebuild(root_, "cat/first/first-1.ebuild", "BDEPEND=\"cat/deep\"\n");
    ebuild(root_, "cat/second/second-1.ebuild", "RDEPEND=\"cat/behind-second\"\n");
    // Only what the index knows is read ahead, and it trusts no file that has just been written.
    std::this_thread::sleep_for(std::chrono::milliseconds(2600));
    auto real = open(root_, {}, sourcing(true));
    for (const ebuild::PackageName& name : real->names()) real->versions(name);
    ASSERT_TRUE(real->save());
    real = nullptr;
    watched_ = std::make_shared<Watched>(open(root_, {}, sourcing(true)));
  }

  std::filesystem::path root_;
  std::shared_ptr<Watched> watched_;
};

TEST_F(ScoutTest, FollowsDefaultsAndLooksAtAlternatives) {
  Scout scout({watched_}, {{"cat", "target"}});
  EXPECT_THAT(watched_->peeked(6), UnorderedElementsAre("target", "on", "first", "second", "blocked", "deep"));
}

TEST_F(ScoutTest, FollowsFlagsOnceTheyAreKnown) {
  UserSettings settings;
  settings.use = {"-on", "set"};
  auto known = config({watched_}, "one:amd64", settings);
  Scout scout({watched_}, {{"cat", "target"}});
  watched_->peeked(6);
  scout.know(known);
  EXPECT_THAT(watched_->peeked(8),
              UnorderedElementsAre("target", "on", "first", "second", "blocked", "deep", "set", "without"));
}

TEST_F(ScoutTest, EndsAtOnce) {
  for (int i = 0; i < 50; ++i) {
    Scout scout({watched_}, {{"cat", "target"}});
    if (i % 2 == 0) scout.know(config({watched_}, "one:amd64"));
  }
}

TEST_F(ScoutTest, PeeksOnlyAtWhatTheIndexKnows) {
  ebuild(root_, "cat/on/on-1.ebuild", "IUSE=\"new\"\n");
  write(root_ / "cat/off/off-2.ebuild", "EAPI=nine\n");
  auto fresh = open(root_, {}, sourcing(true));
  EXPECT_EQ(fresh->peek({"cat", "set"}).size(), 1u);
  for (const char* changed : {"on", "off"}) {
    EXPECT_TRUE(fresh->peek({"cat", changed}).empty()) << changed;
    EXPECT_EQ(fresh->versions({"cat", changed}).size(), 1u) << changed;
    EXPECT_EQ(fresh->peek({"cat", changed}).size(), 1u) << changed << ", now that it was read";
  }
  EXPECT_TRUE(only(*fresh, "cat", "on")->metadata.has_iuse("new"));
  EXPECT_EQ(fresh->problems().size(), 1u) << problems_text(*fresh);
}

TEST_F(ScoutTest, LeavesWordOfNothing) {
  write(root_ / "cat/broken/broken-1.ebuild", "EAPI=nine\n");
  Scout scout({watched_}, {{"cat", "broken"}});
  watched_->peeked(1);
  EXPECT_EQ(problems_text(*watched_), "");
}

}  // namespace
}  // namespace cooper::repository

#include "store/store.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Makes a package's folder in scratch, as a build does, and adds it. Different sizes for different keys.
Result<BuiltPackage> add(const Store& store, const std::string& key, int files = 3) {
  util::TemporaryDirectory scratch = TRY(store.scratch("build"));
  fs::create_directories(scratch.path() / "root/usr/share");
  for (int i = 0; i < files; ++i)
    std::ofstream(scratch.path() / "root/usr/share" / std::to_string(i)) << key << std::string(1000, 'x');
  fs::permissions(scratch.path() / "root/usr/share/0", fs::perms(0111));
  std::ofstream(scratch.path() / "environment") << "declare -- A=1\n";
  fs::create_symlink("0", scratch.path() / "root/usr/share/link");
  fs::create_directory(scratch.path() / "root/sealed");
  std::ofstream(scratch.path() / "root/sealed/file") << "x";
  fs::permissions(scratch.path() / "root/sealed", fs::perms(0));
  PackageFacts facts;
  facts.cpv = "app-misc/thing-" + key;
  facts.slot = "0";
  facts.use = {"b", "a"};
  facts.elf = {{.path = "usr/bin/x", .machine = "x86_64", .needed = {"libc.so.6"}}};
  facts.build_seconds = 1.5;
  tree::Tree tree = TRY(tree::scan(scratch.path() / "root"));
  tree::Entry* suid = tree.find("usr/share/1");
  if (suid) suid->mode = 04755;
  return store.add_package(key, scratch.path(), std::move(tree), std::move(facts));
}

int in_child(const std::function<int()>& run) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(run());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A mount namespace of its own; for an ordinary user in a namespace of users, as himself. False where this machine
// allows none.
bool own_mounts() {
  uid_t uid = ::getuid();
  gid_t gid = ::getgid();
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << uid << ' ' << uid << " 1";
    std::ofstream("/proc/self/gid_map") << gid << ' ' << gid << " 1";
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

class StoreTest : public testing::Test {
 protected:
  util::TemporaryDirectory scratch_ = *util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-store");
  fs::path root_ = scratch_.path() / "store";
  Store open() {
    Result<Store> store = Store::open(root_);
    EXPECT_TRUE(store) << store.error().message();
    return *store;
  }
  static std::vector<std::string> names(const fs::path& path) { return *util::list_directory(path); }
};

TEST_F(StoreTest, PackagesComeBackAsTheyWereAdded) {
  Store store = open();
  EXPECT_FALSE(store.has_package("k1"));
  EXPECT_FALSE(*store.package("k1"));
  Result<BuiltPackage> added = add(store, "k1");
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_TRUE(store.has_package("k1"));
  BuiltPackage found = **store.package("k1");
  EXPECT_EQ(found.tree.entries, added->tree.entries);
  EXPECT_EQ(found.output_digest, added->output_digest);
  EXPECT_EQ(found.facts.elf, added->facts.elf);
  EXPECT_EQ(found.facts.build_seconds, 1.5);
  EXPECT_EQ(found.directory, root_ / "packages/k1");
  EXPECT_EQ(*util::read_file(found.directory / "environment"), "declare -- A=1\n");
  EXPECT_EQ(found.tree.find("usr/share/1")->mode, 04755u);
  struct stat st;
  ASSERT_EQ(::stat((found.directory / "root/usr/share/1").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0755u) << "no setuid bit on disk";
  ASSERT_EQ(::stat((found.directory / "root/usr/share/0").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0511u) << "readable";
  EXPECT_EQ(found.tree.find("usr/share/0")->mode, 0111u);
}

TEST_F(StoreTest, OutputDigestFollowsFilesAndFlagsNotTime) {
  Store store = open();
  auto variant = [&](const std::string& key, auto change) {
    util::TemporaryDirectory scratch = *store.scratch("build");
    EXPECT_TRUE(util::write_file(scratch.path() / "root/file", "same"));
    tree::Tree tree = *tree::scan(scratch.path() / "root");
    tree.find("file")->mtime = 0;
    PackageFacts facts;
    facts.cpv = "a/b-1";
    facts.use = {"x"};
    change(tree, facts);
    return store.add_package(key, scratch.path(), tree, facts)->output_digest;
  };
  std::string first = variant("a1", [](auto&, auto&) {});
  EXPECT_EQ(first, variant("a2", [](auto&, PackageFacts& f) { f.build_seconds = 99, f.description = "other"; }));
  EXPECT_NE(first, variant("a3", [](auto&, PackageFacts& f) { f.use = {"y"}; }));
  EXPECT_NE(first, variant("a4", [](tree::Tree& t, auto&) { t.entries[0].mode = 0600; }));
}

TEST_F(StoreTest, RefusesKeysThatAreNoNames) {
  Store store = open();
  for (const char* key : {"", "../x", "a/b", ".hidden", "A B"}) {
    EXPECT_FALSE(store.has_package(key));
    EXPECT_FALSE(store.add_package(key, scratch_.path(), {}, {}));
  }
}

TEST_F(StoreTest, SetsDamagedPackagesAside) {
  Store store = open();
  struct Case {
    const char* key;
    std::function<void(const fs::path&)> damage;
    const char* reason;
  };
  auto overwrite = [](const fs::path& path, std::string_view text) { EXPECT_TRUE(util::write_file(path, text)); };
  const std::vector<Case> cases = {
      {"c1", [&](const fs::path& p) { overwrite(p / "facts.json", "{"); }, "facts"},
      {"c2", [&](const fs::path& p) { overwrite(p / "ledger.json", ""); }, "ledger"},
      {"c3", [&](const fs::path& p) { fs::remove(p / "root/usr/share/2"); }, "missing"},
      {"c4", [&](const fs::path& p) { overwrite(p / "root/usr/share/2", "short"); }, "bytes"},
      {"c5", [&](const fs::path& p) { fs::remove_all(p / "root"); }, "no root"},
      {"c6",
       [&](const fs::path& p) {
         std::string ledger = *util::read_file(p / "ledger.json");
         ledger.replace(ledger.find("\"644\""), 5, "\"600\"");
         overwrite(p / "ledger.json", ledger);
       },
       "digest"},
  };
  for (const Case& test : cases) {
    ASSERT_TRUE(add(store, test.key));
    test.damage(root_ / "packages" / test.key);
    Result<std::optional<BuiltPackage>> found = store.package(test.key);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_FALSE(*found) << test.key;
    EXPECT_FALSE(store.has_package(test.key));
    EXPECT_THAT(*util::read_file(root_ / "damaged" / (std::string(test.key) + ".why")), HasSubstr(test.reason));
    ASSERT_TRUE(add(store, test.key)) << "its place is free again";
    EXPECT_TRUE(*store.package(test.key));
  }
  EXPECT_EQ(store.verify()->size(), cases.size()) << "what was set aside is told";
}

TEST_F(StoreTest, AddReplacesWhatIsNoPackage) {
  Store store = open();
  ASSERT_TRUE(util::write_file(root_ / "packages/k/junk", "x"));
  Result<BuiltPackage> added = add(store, "k");
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_TRUE(*store.package("k"));
}

TEST_F(StoreTest, VerifyReadsEveryByte) {
  Store store = open();
  ASSERT_TRUE(add(store, "good"));
  ASSERT_TRUE(add(store, "bad"));
  fs::path file = root_ / "packages/bad/root/usr/share/2";
  std::string bytes = *util::read_file(file);
  bytes[0] ^= 1;
  ASSERT_TRUE(util::write_file(file, bytes));
  ASSERT_TRUE(util::write_file(root_ / "packages/bad/root/usr/share/extra", ""));
  std::string blob(64, '0');
  ASSERT_TRUE(util::write_file(root_ / "images/x/blobs/sha256" / blob, "not that"));
  std::vector<Store::Damage> damages = *store.verify();
  ASSERT_EQ(damages.size(), 3u);
  EXPECT_THAT(damages[0].what, HasSubstr("thing-bad"));
  EXPECT_THAT(damages[0].why, HasSubstr("/usr/share/2 is not what was stored"));
  EXPECT_THAT(damages[1].why, HasSubstr("/usr/share/extra was not stored"));
  EXPECT_THAT(damages[2].why, HasSubstr("its SHA-256 is"));
}

TEST_F(StoreTest, SeveralProcessesAddTheSameKey) {
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    pid_t child = ::fork();
    if (child == 0) {
      Result<Store> store = Store::open(root_);
      for (int key = 0; store && key < 10; ++key) {
        Result<BuiltPackage> added = add(*store, "k" + std::to_string(key), 20);
        if (!added || !store->package("k" + std::to_string(key))->has_value()) ::_exit(1);
      }
      ::_exit(store ? 0 : 2);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  Store store = open();
  EXPECT_EQ(names(root_ / "packages").size(), 10u);
  EXPECT_TRUE(store.verify()->empty());
  EXPECT_FALSE(fs::exists(root_ / "damaged"));
}

TEST_F(StoreTest, KillInTheMiddleOfAddLeavesWholePackagesOnly) {
  constexpr int rounds = 40;
  for (int round = 0; round < rounds; ++round) {
    pid_t child = ::fork();
    if (child == 0) {
      Result<Store> store = Store::open(root_);
      for (int i = 0; store; ++i) (void)add(*store, "r" + std::to_string(round) + "-" + std::to_string(i), 30);
      ::_exit(0);
    }
    ::usleep(1500 * (3 + round));
    // On a slow machine none may have got so far: the last one is waited for, half a minute at most.
    for (int wait = 0; round == rounds - 1 && wait < 3000 && names(root_ / "packages").empty(); ++wait) ::usleep(10000);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Store store = open();
    for (const std::string& key : names(root_ / "packages")) EXPECT_TRUE(store.package(key)->has_value()) << key;
  }
  Store store = open();
  EXPECT_TRUE(store.verify()->empty());
  EXPECT_FALSE(fs::exists(root_ / "damaged"));
  EXPECT_FALSE(names(root_ / "packages").empty());
  {
    auto scratch = *store.scratch("mine");
    EXPECT_EQ(names(root_ / "tmp").size(), 1u) << "folders of killed processes are gone";
  }
}

TEST_F(StoreTest, ScratchOfLivingProcessesStays) {
  Store store = open();
  util::TemporaryDirectory mine = *store.scratch("mine");
  EXPECT_EQ(in_child([&]() {
              Result<Store> other = Store::open(root_);
              auto scratch = other->scratch("theirs");
              return scratch && fs::exists(mine.path()) ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(fs::exists(mine.path()));
}

TEST_F(StoreTest, LocksKeepProcessesApart) {
  Store store = open();
  {
    util::FileLock lock = *store.lock("build a/b");
    EXPECT_EQ(in_child([&]() {
                auto other = util::FileLock::try_acquire(root_ / "locks/build a_b", util::FileLock::Kind::exclusive);
                return other && !other->held() ? 0 : 1;
              }),
              0);
  }
  EXPECT_EQ(in_child([&]() { return Store::open(root_)->lock("build a/b") ? 0 : 1; }), 0);
}

TEST_F(StoreTest, CollectRemovesWhatIsNotUsed) {
  Store store = open();
  ASSERT_TRUE(add(store, "old"));
  ASSERT_TRUE(add(store, "new"));
  ASSERT_TRUE(util::write_file(root_ / "distfiles/old.tar", std::string(5000, 'x')));
  struct timespec times[2] = {{1000, 0}, {1000, 0}};
  ::utimensat(AT_FDCWD, (root_ / "packages/old").c_str(), times, 0);
  ::utimensat(AT_FDCWD, (root_ / "distfiles/old.tar").c_str(), times, 0);
  Result<uint64_t> refused = 0;
  int other_uses_it = in_child([&]() {
    Result<Store> other = Store::open(root_);
    Result<uint64_t> freed = other->collect(2000);
    return !freed && freed.error().what == "the store is in use" ? 0 : 1;
  });
  EXPECT_EQ(other_uses_it, 0);
  EXPECT_TRUE(store.has_package("old"));
  Result<uint64_t> freed = store.collect(2000);
  ASSERT_TRUE(freed) << freed.error().message();
  EXPECT_GE(*freed, 8000u);
  EXPECT_FALSE(store.has_package("old"));
  EXPECT_TRUE(store.has_package("new"));
  EXPECT_FALSE(fs::exists(root_ / "distfiles/old.tar"));
  ::utimensat(AT_FDCWD, (root_ / "packages/new").c_str(), times, 0);
  EXPECT_TRUE(*store.package("new"));
  ASSERT_TRUE(store.collect(2000));
  EXPECT_TRUE(store.has_package("new")) << "it was used just now";
  std::vector<Store::Usage> usage = *store.usage();
  ASSERT_GE(usage.size(), 1u);
  EXPECT_EQ(usage[0].name, "app-misc/thing-new");
  EXPECT_GT(usage[0].bytes, 3000u);
}

TEST_F(StoreTest, BaseRootsAreFoundByRecipe) {
  Store store = open();
  EXPECT_FALSE(*store.base("hash1"));
  auto make = [&](const std::string& recipe_hash) {
    util::TemporaryDirectory scratch = *store.scratch("base");
    EXPECT_TRUE(util::write_file(scratch.path() / "root/bin/sh", "#!"));
    tree::Tree tree = *tree::scan(scratch.path() / "root");
    for (tree::Entry& entry : tree.entries) entry.mtime = 5;
    return store.add_base(recipe_hash, "debian:bookworm\nmore", scratch.path() / "root", tree);
  };
  Result<BaseRoot> base = make("hash1");
  ASSERT_TRUE(base) << base.error().message();
  EXPECT_EQ(base->id, tree::digest(base->tree));
  EXPECT_EQ(*util::read_file(base->root / "bin/sh"), "#!");
  EXPECT_EQ((*store.base("hash1"))->tree.entries, base->tree.entries);
  EXPECT_EQ((*store.base("hash1"))->recipe, "debian:bookworm\nmore");
  EXPECT_EQ(make("hash2")->id, base->id) << "the same files are the same base root";
  ASSERT_TRUE(util::write_file(root_ / "bases" / base->id / "ledger.json", "broken"));
  EXPECT_FALSE(*store.base("hash1"));
  EXPECT_TRUE(make("hash1"));
  EXPECT_TRUE(*store.base("hash1"));
  EXPECT_TRUE(*store.base("hash2"));
}

TEST_F(StoreTest, NamesAFolderThatCannotBeUsed) {
  ASSERT_TRUE(util::write_file(scratch_.path() / "file", ""));
  Result<Store> store = Store::open(scratch_.path() / "file/store");
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().where, HasSubstr("file/store"));
  EXPECT_THAT(store.error().hint, HasSubstr("--cache-dir"));
}

TEST_F(StoreTest, FullDiskIsToldAndLeavesNothing) {
  fs::create_directories(root_);
  int code = in_child([&]() {
    if (!own_mounts()) return 77;
    if (::mount("tmpfs", root_.c_str(), "tmpfs", 0, "size=256k") != 0) return 77;
    Result<Store> store = Store::open(root_);
    if (!store) return 2;
    for (int i = 0; i < 200; ++i) {
      Result<BuiltPackage> added = add(*store, "k" + std::to_string(i));
      if (added) continue;
      if (added.error().why != "No space left on device") return 3;
      for (const std::string& key : names(root_ / "packages"))
        if (!store->package(key)->has_value()) return 4;
      return store->verify()->empty() && names(root_ / "packages").size() == static_cast<size_t>(i) ? 0 : 5;
    }
    return 6;
  });
  if (code == 77) GTEST_SKIP() << "this machine allows no mounts";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace cooper::store

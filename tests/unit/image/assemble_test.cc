// The passes over drafts: merge, accounts, tmpfiles, trim, spec files.
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/accounts.h"
#include "image/glob.h"
#include "image/merge.h"
#include "image/overlay_changes.h"
#include "image/phase_root.h"
#include "image/skeleton.h"
#include "image/trim.h"
#include "support.h"

namespace cooper::image {
namespace {

namespace fs = std::filesystem;
using test::Workplace;
using testing::HasSubstr;

store::BuiltPackage package(std::string cpv, std::vector<tree::Entry> entries) {
  store::BuiltPackage out;
  out.facts.cpv = std::move(cpv);
  out.tree.entries = std::move(entries);
  out.tree.sort();
  return out;
}

struct Merged {
  Workplace place;
  Draft draft{place.path() / "made", 1000};
  Result<> merge(std::vector<store::BuiltPackage> packages) {
    EXPECT_TRUE(put_folder_links(draft));
    std::vector<const store::BuiltPackage*> pointers;
    for (const auto& one : packages) pointers.push_back(&one);
    return image::merge(draft, pointers);
  }
};

TEST(Merge, CollisionNamesBothPackagesAndTheFile) {
  Merged m;
  Result<> result = m.merge(
      {package("a/one-1", {m.place.file("usr/bin/x", "1")}), package("b/two-2", {m.place.file("usr/bin/x", "2")})});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(),
              testing::AllOf(HasSubstr("/usr/bin/x"), HasSubstr("a/one-1"), HasSubstr("b/two-2")));
}

TEST(Merge, EqualFilesAreNoCollision) {
  Merged m;
  ASSERT_OK(m.merge(
      {package("a/one-1", {m.place.file("usr/bin/x", "1")}), package("b/two-2", {m.place.file("bin/x", "1")})}));
  EXPECT_EQ(m.draft.find("usr/bin/x")->owner, "a/one-1");
}

TEST(Merge, DifferentModesCollide) {
  Merged m;
  Result<> result = m.merge({package("a/one-1", {m.place.file("usr/bin/x", "1", 0755)}),
                             package("b/two-2", {m.place.file("usr/bin/x", "1", 04755)})});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().why, HasSubstr("4755"));
}

TEST(Merge, ThingsOfTheRootMoveBelowUsr) {
  Merged m;
  ASSERT_OK(m.merge({package(
      "a/one-1",
      {Workplace::directory("bin"), m.place.file("bin/sh", "sh", 0755), Workplace::symlink("bin/cfg", "../etc/cfg"),
       Workplace::symlink("lib64/l.so", "../usr/lib64/l.so.1"), m.place.file("usr/lib64/l.so.1", "l"),
       Workplace::symlink("usr/bin/sh", "../../bin/sh"), m.place.file("etc/cfg", "c")})}));
  EXPECT_EQ(m.draft.find("bin")->kind, tree::EntryKind::symlink);
  EXPECT_EQ(m.draft.find("usr/bin/sh")->kind, tree::EntryKind::file);
  EXPECT_EQ(m.draft.open("/bin/cfg")->path, "etc/cfg");
  EXPECT_EQ(m.draft.open("/lib64/l.so")->path, "usr/lib64/l.so.1");
  EXPECT_EQ(m.draft.find("usr/lib64/l.so")->target, "l.so.1");
}

TEST(Merge, SpecialAttributesOfAFolderWin) {
  Merged m;
  tree::Entry special = Workplace::directory("var/lib/x", 0750);
  special.uid = 33;
  ASSERT_OK(m.merge({package("a/one-1", {Workplace::directory("var/lib/x")}), package("b/two-2", {special})}));
  EXPECT_EQ(m.draft.find("var/lib/x")->mode, 0750u);
  EXPECT_EQ(m.draft.find("var/lib/x")->uid, 33u);
}

TEST(Merge, FileOverFolderCollides) {
  Merged m;
  EXPECT_FALSE(
      m.merge({package("a/one-1", {Workplace::directory("opt/x")}), package("b/two-2", {m.place.file("opt/x", "2")})}));
}

TEST(Merge, PlaceholdersAreLeftOut) {
  Merged m;
  ASSERT_OK(
      m.merge({package("a/one-1", {Workplace::directory("var/lib/x"), m.place.file("var/lib/x/.keep_a_one-0", "")})}));
  EXPECT_TRUE(m.draft.find("var/lib/x"));
  EXPECT_FALSE(m.draft.find("var/lib/x/.keep_a_one-0"));
}

TEST(Draft, HardLinksOutliveTheirFileAndComeAfterIt) {
  Workplace place;
  Draft draft(place.path() / "made", 1000);
  tree::Entry link = Workplace::symlink("a/first", "z/file");
  link.kind = tree::EntryKind::hardlink;
  tree::Entry other = link;
  other.path = "b/second";
  ASSERT_OK(draft.put(place.file("z/file", "bytes", 0750)));
  ASSERT_OK(draft.put(link));
  ASSERT_OK(draft.put(other));
  Draft copy = draft;
  tree::Tree tree = copy.take();
  EXPECT_EQ(tree.find("a/first")->kind, tree::EntryKind::file);
  EXPECT_EQ(tree.find("a/first")->mode, 0750u);
  EXPECT_EQ(tree.find("b/second")->target, "a/first");
  EXPECT_EQ(tree.find("z/file")->target, "a/first");
  EXPECT_EQ(tree.total_size(), 5u);
  draft.erase("z");
  tree = draft.take();
  EXPECT_EQ(tree.find("a/first")->kind, tree::EntryKind::file);
  EXPECT_EQ(tree.find("b/second")->target, "a/first");
  EXPECT_FALSE(tree.find("z"));
}

TEST(Draft, LinksAreFollowedWithinTheRoot) {
  Workplace place;
  Draft draft(place.path() / "made", 1000);
  ASSERT_OK(draft.put_symlink("loop", "loop"));
  ASSERT_OK(draft.put_symlink("up", "../../../etc"));
  ASSERT_OK(draft.put_file("etc/x", "x"));
  EXPECT_FALSE(draft.open("loop/a"));
  EXPECT_EQ(draft.open("/up/x")->path, "etc/x");
  EXPECT_EQ(relative_target("usr/bin/a", "usr/lib/b"), "../lib/b");
  EXPECT_EQ(relative_target("a", "b/c"), "b/c");
  EXPECT_EQ(relative_target("usr/bin/a", "usr/bin/b"), "b");
  EXPECT_EQ(lexical_target("usr/bin/a", "../../etc/x"), "etc/x");
}

TEST(Sysusers, ReadsTheLinesOfTheManual) {
  auto lines = parse_sysusers(
      "# comment\n\nu httpd 404 \"HTTP User\" /srv /bin/sh\nu! _x - -\nu root 0 'Superuser' /root\ng input -\nm httpd "
      "input\nr - 500-900\nu http 33:www-data\n",
      "f");
  ASSERT_OK(lines);
  ASSERT_EQ(lines->size(), 7u);
  EXPECT_EQ((*lines)[0].comment, "HTTP User");
  EXPECT_EQ((*lines)[0].shell, "/bin/sh");
  EXPECT_EQ((*lines)[1].id, "");
  EXPECT_EQ((*lines)[6].id, "33:www-data");
  EXPECT_EQ((*lines)[6].where, "f:9");
}

TEST(Sysusers, MistakesHaveTheirLine) {
  for (const char* text :
       {"\nz x 1\n", "\nu\n", "\nu bad:name 1\n", "\nu x \"no end\n", "\nu x 1 a:b\n", "\nm a -\n"}) {
    auto lines = parse_sysusers(text, "f.conf");
    ASSERT_FALSE(lines) << text;
    EXPECT_EQ(lines.error().where, "f.conf:2");
  }
}

struct AccountsTest : testing::Test {
  Workplace place;
  Draft draft{place.path() / "made", 1000};
  spec::ImageSpec spec;
  void file(std::string_view path, std::string_view text) { ASSERT_OK(draft.put_file(path, text, 0644, "acct/pkg-1")); }
};

TEST_F(AccountsTest, RootAndNobodyAlways) {
  auto accounts = collect_accounts(spec, draft);
  ASSERT_OK(accounts);
  EXPECT_EQ(accounts->user("root")->uid, 0u);
  EXPECT_EQ(accounts->user("nobody")->uid, 65534u);
  ASSERT_OK(put_accounts(*accounts, draft));
  EXPECT_EQ(**draft.read("etc/group"), "root:x:0:\nnobody:x:65534:\n");
  EXPECT_THAT(**draft.read("etc/passwd"), HasSubstr("root:x:0:0:root:/root:/sbin/nologin\n"));
}

TEST_F(AccountsTest, NumbersAreGivenOutInOrder) {
  file("usr/lib/sysusers.d/b.conf", "u beta -\nu fixed 999\n");
  file("usr/lib/sysusers.d/a.conf", "u alpha - \"Alpha\" /var/alpha\ng extra -\nm alpha extra\n");
  auto accounts = collect_accounts(spec, draft);
  ASSERT_OK(accounts);
  EXPECT_EQ(accounts->user("fixed")->uid, 999u);
  EXPECT_EQ(accounts->group("extra")->gid, 999u - 0u == accounts->group("fixed")->gid ? 998u : 999u);
  EXPECT_EQ(accounts->group("extra")->members, std::vector<std::string>{"alpha"});
  EXPECT_NE(accounts->user("alpha")->uid, accounts->user("beta")->uid);
  auto again = collect_accounts(spec, draft);
  EXPECT_EQ(again->user("beta")->uid, accounts->user("beta")->uid);
}

TEST_F(AccountsTest, TheAdministratorsFileReplaces) {
  file("usr/lib/sysusers.d/a.conf", "u one 100\n");
  file("etc/sysusers.d/a.conf", "u two 101\n");
  auto accounts = collect_accounts(spec, draft);
  ASSERT_OK(accounts);
  EXPECT_FALSE(accounts->user("one"));
  EXPECT_TRUE(accounts->user("two"));
}

TEST_F(AccountsTest, ConflictsAreErrorsThatNameBoth) {
  file("usr/lib/sysusers.d/a.conf", "u www 33\n");
  spec.users.push_back({.name = "www", .uid = 1000, .where = "x.toml:7:1"});
  auto accounts = collect_accounts(spec, draft);
  ASSERT_FALSE(accounts);
  EXPECT_THAT(accounts.error().message(),
              testing::AllOf(HasSubstr("33"), HasSubstr("1000"), HasSubstr("x.toml:7:1"), HasSubstr("a.conf:1")));
}

TEST_F(AccountsTest, SpecUsersGetTheirGroupsAndHome) {
  spec.groups.push_back({.name = "data", .gid = 50});
  spec.users.push_back({.name = "www", .uid = 1000, .home = "/srv/www", .groups = {"data"}});
  auto accounts = collect_accounts(spec, draft);
  ASSERT_OK(accounts);
  EXPECT_EQ(accounts->user("www")->gid, 1000u);
  EXPECT_EQ(accounts->group("data")->members, std::vector<std::string>{"www"});
  ASSERT_OK(put_spec_files(draft, spec, *accounts));
  EXPECT_EQ(draft.find("srv/www")->uid, 1000u);
}

TEST_F(AccountsTest, TmpfilesMakeFoldersAndLinks) {
  file("usr/lib/sysusers.d/a.conf", "u www 33\n");
  file("usr/lib/tmpfiles.d/w.conf",
       "# x\nd /run/www 0750 www www - -\nL+ /var/www - - - - ../srv/www\nd %S/w 0700 www\nx /tmp/y\nw /proc/a - - - - "
       "1\nd /x/%m\n");
  auto accounts = collect_accounts(spec, draft);
  ASSERT_OK(accounts);
  std::vector<std::string> warnings;
  ASSERT_OK(apply_tmpfiles(draft, *accounts, warnings));
  EXPECT_EQ(draft.find("run/www")->mode, 0750u);
  EXPECT_EQ(draft.find("run/www")->gid, 33u);
  EXPECT_EQ(draft.find("var/www")->target, "../srv/www");
  EXPECT_EQ(draft.find("var/lib/w")->uid, 33u);
  EXPECT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings[0] + warnings[1], testing::AllOf(HasSubstr("/proc/a"), HasSubstr("%m")));
}

TEST_F(AccountsTest, TmpfilesOfUnknownUsersAreErrors) {
  file("usr/lib/tmpfiles.d/w.conf", "d /run/www 0750 nosuch - - -\n");
  auto accounts = collect_accounts(spec, draft);
  std::vector<std::string> warnings;
  Result<> result = apply_tmpfiles(draft, *accounts, warnings);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), testing::AllOf(HasSubstr("nosuch"), HasSubstr("w.conf:1")));
}

TEST_F(AccountsTest, SpecFilesHaveTheLastWord) {
  file("etc/app.conf", "package's\n");
  spec.file = place.path() / "x.toml";
  ASSERT_OK(util::write_file(place.path() / "data", "from disk"));
  spec.files.push_back({.path = "/etc/app.conf", .content = "spec's\n", .mode = 0600, .user = "nobody"});
  spec.files.push_back({.path = "/srv/data", .source = "data"});
  spec.directories.push_back({.path = "/srv/cache", .mode = 0770, .user = "7", .group = "8"});
  spec.symlinks.push_back({.path = "/srv/link", .target = "data"});
  auto accounts = collect_accounts(spec, draft);
  ASSERT_OK(put_spec_files(draft, spec, *accounts));
  EXPECT_EQ(**draft.read("etc/app.conf"), "spec's\n");
  EXPECT_EQ(draft.find("etc/app.conf")->uid, 65534u);
  EXPECT_EQ(draft.find("etc/app.conf")->gid, 65534u);
  EXPECT_EQ(**draft.read("srv/link"), "from disk");
  EXPECT_EQ(draft.find("srv/cache")->mode, 0770u);
  EXPECT_EQ(draft.find("srv/cache")->gid, 8u);
  spec.files = {{.path = "/x", .content = "", .user = "nosuch", .where = "x.toml:9:1"}};
  Result<> result = put_spec_files(draft, spec, *accounts);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().where, "x.toml:9:1");
}

TEST_F(AccountsTest, SkeletonLeavesWhatPackagesBrought) {
  file("etc/nsswitch.conf", "mine\n");
  ASSERT_OK(put_skeleton(draft, spec, "1"));
  EXPECT_EQ(**draft.read("etc/nsswitch.conf"), "mine\n");
  EXPECT_EQ(draft.find("tmp")->mode, 01777u);
  EXPECT_THAT(**draft.read("etc/os-release"), HasSubstr("ID=cooper\n"));
}

struct GlobCase {
  const char *pattern, *path;
  bool matches;
};
TEST(Glob, Cases) {
  for (GlobCase c : {GlobCase{"/usr/bin/php", "usr/bin/php", true},
                     {"usr/*/php", "usr/bin/php", true},
                     {"usr/*", "usr/bin/php", false},
                     {"usr/**", "usr/bin/php", true},
                     {"**/*.a", "usr/lib/x.a", true},
                     {"**/x.a", "x.a", true},
                     {"usr/**/test", "usr/test", true},
                     {"a?c", "abc", true},
                     {"a?c", "a/c", false},
                     {"[a-c]x", "bx", true},
                     {"[!a-c]x", "bx", false},
                     {"a\\*", "a*", true},
                     {"a\\*", "ab", false},
                     {"[x", "[x", true},
                     {"", "", true},
                     {"usr/lib/**/*.py", "usr/lib/a/b/c.py", true},
                     {"*.so", "lib/a.so", false}})
    EXPECT_EQ(glob_match(c.pattern, c.path), c.matches) << c.pattern << " " << c.path;
  std::vector<std::string> patterns = {"/usr/share/x"};
  EXPECT_TRUE(covered_by(patterns, "usr/share/x/y/z"));
  EXPECT_FALSE(covered_by(patterns, "usr/share/xy"));
}

struct TrimTest : testing::Test {
  Workplace place;
  Draft draft{place.path() / "made", 1000};
  spec::ImageSpec spec;
  void put(std::string path, std::string_view content = "12345") {
    ASSERT_OK(draft.put(place.file(std::move(path), content)));
  }
};

TEST_F(TrimTest, TakesWhatTheSpecNamesAndCounts) {
  for (const char* path :
       {"usr/share/doc/x/README", "usr/share/man/man1/x.1", "usr/include/x.h", "usr/lib64/libx.a", "usr/lib64/libx.la",
        "usr/lib64/pkgconfig/x.pc", "usr/lib64/cmake/X/X.cmake", "usr/share/aclocal/x.m4",
        "usr/lib64/glib-2.0/include/g.h", "var/db/pkg/a/b/C", "usr/lib64/libx.so.1", "usr/share/x/data"})
    put(path);
  put("usr/bin/x-config", "#!/bin/sh\n");
  put("usr/bin/binary-config",
      "\x7f"
      "ELF");
  TrimReport report = trim(draft, spec);
  EXPECT_EQ(report.bytes.at("a/b-1"), 10u * 5 + 10);
  std::vector<std::string> left;
  for (const auto& [path, entry] : draft.entries)
    if (entry.kind == tree::EntryKind::file) left.push_back(path);
  EXPECT_THAT(left, testing::ElementsAre("usr/bin/binary-config", "usr/lib64/libx.so.1", "usr/share/x/data"));
  EXPECT_FALSE(draft.find("usr/include"));
  EXPECT_FALSE(draft.find("usr/share/doc"));
}

TEST_F(TrimTest, KeepWinsAndUnnamedKindsStay) {
  spec.trim = {"docs"};
  spec.keep = {"/usr/share/doc/x"};
  spec.remove = {"/usr/lib/**/*.py", "/opt"};
  put("usr/share/doc/x/COPYING");
  put("usr/share/doc/y/COPYING");
  put("usr/include/x.h");
  put("usr/lib/p/a.py");
  put("opt/z");
  TrimReport report = trim(draft, spec);
  EXPECT_TRUE(draft.find("usr/share/doc/x/COPYING"));
  EXPECT_FALSE(draft.find("usr/share/doc/y"));
  EXPECT_TRUE(draft.find("usr/include/x.h"));
  EXPECT_FALSE(draft.find("usr/lib/p"));
  EXPECT_FALSE(draft.find("opt"));
  EXPECT_TRUE(report.warnings.empty()) << report.warnings[0];
}

TEST_F(TrimTest, PatternsThatMatchNothingAreTold) {
  spec.remove = {"/nosuch"};
  spec.keep = {"/neither"};
  TrimReport report = trim(draft, spec);
  EXPECT_EQ(report.warnings.size(), 2u);
}

TEST_F(TrimTest, EmptyFoldersOfPackagesStayOthersGo) {
  ASSERT_OK(draft.put_directory("var/lib/state"));
  put("usr/share/doc/x/y");
  trim(draft, spec);
  EXPECT_TRUE(draft.find("var/lib/state"));
  EXPECT_FALSE(draft.find("usr/share"));
}

TEST_F(TrimTest, DanglingLinksOfTrimGoOthersStay) {
  put("usr/include/real.h");
  ASSERT_OK(draft.put_symlink("usr/share/alias.h", "../include/real.h"));
  ASSERT_OK(draft.put_symlink("usr/share/nowhere", "gone"));
  trim(draft, spec);
  EXPECT_FALSE(draft.find("usr/share/alias.h"));
  EXPECT_TRUE(draft.find("usr/share/nowhere"));
}

TEST_F(TrimTest, SlicesOfData) {
  for (const char* path : {"usr/share/locale/en/a.mo", "usr/share/locale/en_GB/a.mo", "usr/share/locale/hu/a.mo",
                           "usr/share/locale/de/a.mo", "usr/share/locale/pt/a.mo", "usr/share/locale/pt_BR/a.mo",
                           "usr/share/zoneinfo/UTC", "usr/share/zoneinfo/Europe/Belgrade",
                           "usr/share/zoneinfo/Asia/Tokyo", "usr/share/terminfo/x/xterm", "usr/share/terminfo/v/vt100"})
    put(path, path);
  ASSERT_OK(draft.put_symlink("usr/share/zoneinfo/Zagreb", "Europe/Belgrade"));
  spec.locales = {"en", "pt_BR"};
  spec.timezones = {"Zagreb"};
  spec.terminfo = {"xterm*"};
  trim(draft, spec);
  std::vector<std::string> left;
  for (const auto& [path, entry] : draft.entries)
    if (entry.kind != tree::EntryKind::directory) left.push_back(path);
  EXPECT_THAT(left, testing::ElementsAre("usr/share/locale/en/a.mo", "usr/share/locale/en_GB/a.mo",
                                         "usr/share/locale/pt/a.mo", "usr/share/locale/pt_BR/a.mo",
                                         "usr/share/terminfo/x/xterm", "usr/share/zoneinfo/Europe/Belgrade",
                                         "usr/share/zoneinfo/UTC", "usr/share/zoneinfo/Zagreb"));
}

TEST(OverlayChanges, OnlyTheImagesOwnAreTaken) {
  Workplace place;
  Draft draft(place.path() / "made", 1000);
  fs::create_directories(place.path() / "made");
  ASSERT_OK(draft.put(place.file("etc/old", "old", 0644)));
  ASSERT_OK(draft.put(place.file("usr/bin/su", "su", 04755)));
  ASSERT_OK(draft.put(place.file("opt/d/inner", "x")));
  tree::Tree base;
  base.entries = {Workplace::directory("etc"), place.file("etc/shells", "sh"), Workplace::directory("srv")};
  fs::path upper = place.path() / "upper";
  auto write = [&](const char* path, const char* text, unsigned mode = 0644) {
    ASSERT_OK(util::write_file(upper / path, text, mode));
  };
  write("etc/old", "new");
  write("etc/fresh", "fresh");
  write("etc/shells", "sh zsh");
  write("etc/ld.so.cache", "cache");
  write("tmp/x", "x");
  write("var/cache/y", "y");
  write("usr/bin/su", "su", 0755);
  fs::create_directories(upper / "srv");
  fs::create_directories(upper / "var/lib/made");
  std::vector<std::string> warnings;
  ASSERT_OK(take_changes(
      draft, upper, [&](std::string_view path) { return base.find(path) != nullptr; }, "p/q-1", warnings));
  fs::remove_all(upper);
  EXPECT_EQ(**draft.read("etc/old"), "new");
  EXPECT_EQ(draft.find("etc/old")->owner, "p/q-1");
  EXPECT_EQ(**draft.read("etc/fresh"), "fresh");
  EXPECT_FALSE(draft.find("etc/shells"));
  EXPECT_FALSE(draft.find("etc/ld.so.cache"));
  EXPECT_FALSE(draft.find("tmp/x"));
  EXPECT_FALSE(draft.find("var/cache"));
  EXPECT_FALSE(draft.find("srv"));
  EXPECT_TRUE(draft.find("var/lib/made"));
  EXPECT_EQ(draft.find("usr/bin/su")->mode, 04755u);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("/etc/shells"));
}

TEST(OverlayChanges, AnImageDirectorysAreThePackages) {
  Workplace place;
  Draft draft(place.path() / "made", 1000);
  fs::create_directories(place.path() / "made");
  for (const char* path : {"etc/mine", "usr/share/both/mine", "usr/share/gone/mine"}) {
    tree::Entry entry = place.file(path, "1");
    entry.owner = "p/q-1";
    ASSERT_OK(draft.put(entry));
  }
  ASSERT_OK(draft.put(place.file("usr/share/both/theirs", "1")));
  fs::path upper = place.path() / "upper";
  ASSERT_OK(util::write_file(upper / "etc/mine", "2"));
  fs::create_directories(upper / "usr/share");
  for (const char* path : {"usr/share/both", "usr/share/gone"})
    ASSERT_EQ(::mknod((upper / path).c_str(), S_IFCHR, 0), 0) << path;  // both are removed
  std::vector<std::string> warnings;
  ASSERT_OK(take_package_changes(draft, upper, "p/q-1", warnings));
  EXPECT_EQ(**draft.read("etc/mine"), "2");
  EXPECT_FALSE(draft.find("usr/share/both/mine"));
  EXPECT_TRUE(draft.find("usr/share/both/theirs"));
  EXPECT_FALSE(draft.find("usr/share/gone"));
}

TEST(PhaseRoot, APackageIsNotInTheRootBeforeItIsInstalled) {
  Workplace place;
  Draft draft(place.path() / "made", 1000);
  auto put = [&](const char* path, const char* owner) {
    tree::Entry entry = place.file(path, "1");
    entry.owner = owner;
    ASSERT_OK(draft.put(entry));
  };
  put("usr/bin/first", "p/first-1");
  put("usr/bin/second", "p/second-1");
  put("var/lib/second/state", "p/second-1");
  store::BuiltPackage second;
  second.facts.cpv = "p/second-1";
  second.tree.entries = {Workplace::directory("usr"), Workplace::directory("usr/bin"),
                         place.file("usr/bin/second", "1")};
  const store::BuiltPackage* later[] = {&second};
  Draft root = without_packages(draft, later);
  EXPECT_TRUE(root.find("usr/bin/first"));
  EXPECT_FALSE(root.find("usr/bin/second"));
  EXPECT_FALSE(root.find("var/lib/second"));

  tree::Tree base;
  tree::Entry link;
  link.path = "bin", link.kind = tree::EntryKind::symlink, link.target = "usr/bin";
  base.entries = {link, Workplace::directory("etc"), place.file("etc/passwd", "x"), Workplace::directory("etc/xml"),
                  place.file("etc/xml/catalog", "x")};
  add_image_directory(root, second, base, "var/tmp/portage/p/second-1/image");
  EXPECT_TRUE(root.find("var/tmp/portage/p/second-1/image/usr/bin/second"));
  EXPECT_EQ(root.find("var/tmp/portage/p/second-1/image/bin")->target, "usr/bin");
  EXPECT_TRUE(visible_base(base).find("etc/passwd"));
  EXPECT_FALSE(visible_base(base).find("etc/xml/catalog"));
}

TEST(PhaseRoot, IsWrittenInItsFolderOnly) {
  Workplace place;
  fs::path outside = place.path() / "outside", folder = place.path() / "root";
  fs::create_directories(outside);
  Draft draft(place.path() / "made", 1000);
  ASSERT_OK(draft.put(place.file("usr/lib64/liba.so.1", "no ELF")));
  for (const char* link : {"etc", "usr/share"}) ASSERT_OK(draft.put_symlink(link, outside.string()));
  tree::Tree base;
  base.entries = {Workplace::directory("etc/skel"), Workplace::directory("usr/share/xml")};
  ASSERT_OK(write_phase_root(draft, base, folder));
  EXPECT_TRUE(fs::is_symlink(folder / "etc"));
  EXPECT_TRUE(fs::is_empty(outside));
}

TEST(PhaseRoot, HidesWhatIsDebians) {
  Workplace place;
  fs::path folder = place.path() / "root";
  Draft draft(place.path() / "made", 1000);
  ASSERT_OK(draft.put(place.file("etc/xml/ours", "1")));
  ASSERT_OK(draft.put(place.file("etc/profile", "ours")));
  tree::Tree base;
  base.entries = {place.file("etc/profile", "theirs"), Workplace::directory("etc/skel"),
                  Workplace::directory("etc/xml")};
  ASSERT_OK(write_phase_root(draft, base, folder));
  struct stat info;
  ASSERT_EQ(::lstat((folder / "etc/skel").c_str(), &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode) && info.st_rdev == 0) << "a whiteout";
  EXPECT_TRUE(fs::is_regular_file(folder / "etc/profile"));
  EXPECT_TRUE(fs::is_regular_file(folder / "etc/xml/ours"));
  EXPECT_FALSE(fs::exists(folder / "etc/sgml")) << "the base root has none to hide";
}

TEST(OverlayChanges, OwnersAreApplied) {
  Workplace place;
  Draft draft(place.path() / "made", 1000);
  ASSERT_OK(draft.put_directory("var/www"));
  ASSERT_OK(draft.put_file("usr/bin/ping", "p", 0755));
  Accounts accounts{{{"www", 33, 34}}, {{"data", 35}}};
  using namespace std::string_literals;
  ASSERT_OK(apply_owner_records(
      draft, "own\twww\tdata\t/var/www\0cap\t0102\t/usr/bin/ping\0own\t7\t\t/gone\0node\tc\t1\t3\t666\t/null\0"s, "",
      accounts, "p/q-1"));
  ASSERT_OK(apply_owner_records(draft, "own\t8\t\t/var/tmp/portage/p/q-1/image/var/www\0"s,
                                "/var/tmp/portage/p/q-1/image", accounts, "p/q-1"));
  EXPECT_EQ(draft.find("var/www")->uid, 8u);
  EXPECT_EQ(draft.find("var/www")->gid, 35u);
  EXPECT_EQ(draft.find("usr/bin/ping")->xattrs.at("security.capability"), "\x01\x02");
  EXPECT_EQ(draft.find("null")->device_minor, 3u);
  EXPECT_FALSE(apply_owner_records(draft, "own\tnosuch\t\t/var/www\0"s, "", accounts, "p/q-1"));
}

}  // namespace
}  // namespace cooper::image

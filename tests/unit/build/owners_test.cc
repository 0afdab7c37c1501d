// The ledger of owners, and accounts by name.
#include <gtest/gtest.h>

#include "build/owners.h"

namespace cooper::build {
namespace {

using namespace std::string_literals;

tree::Tree files(std::initializer_list<std::string> paths) {
  tree::Tree tree;
  for (const std::string& path : paths) {
    tree::Entry entry;
    entry.path = path;
    tree.put(entry);
  }
  return tree;
}

Accounts accounts() {
  Accounts out;
  out.add_sysusers("# a comment\nu www 1000:500 \"Web\" /srv\ng mail 8\nu cache 13 - -\nu dynamic - -\n");
  out.add_passwd("root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n");
  out.add_group("root:x:0:\nnogroup:x:65534:\n");
  return out;
}

TEST(Owners, AccountsFromAllForms) {
  Accounts known = accounts();
  EXPECT_EQ(known.users.at("www"), 1000u);
  EXPECT_EQ(known.groups.at("www"), 500u);
  EXPECT_EQ(known.groups.at("mail"), 8u);
  EXPECT_EQ(known.groups.at("cache"), 13u);
  EXPECT_EQ(known.users.at("nobody"), 65534u);
  EXPECT_FALSE(known.users.contains("dynamic"));
}

TEST(Owners, AppliesRecordsInOrder) {
  auto tree = files({"usr/bin/a", "usr/bin/b"});
  auto done =
      apply_owners("own\twww\tmail\t/image/usr/bin/a\0own\t7\t\t/image/usr/bin/a\0own\t\t9\t/elsewhere/usr/bin/b\0"s,
                   "/image", accounts(), tree);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(tree.find("usr/bin/a")->uid, 7u);
  EXPECT_EQ(tree.find("usr/bin/a")->gid, 8u);
  EXPECT_EQ(tree.find("usr/bin/b")->gid, 0u);
}

TEST(Owners, CapabilitiesAndDevices) {
  auto tree = files({"usr/bin/ping"});
  ASSERT_TRUE(apply_owners("cap\t0100000200\t/image/usr/bin/ping\0node\tc\t1\t3\t0666\t/image/dev/null\0"s, "/image",
                           accounts(), tree));
  EXPECT_EQ(tree.find("usr/bin/ping")->xattrs.at("security.capability"), "\x01\0\0\x02\0"s);
  const tree::Entry* node = tree.find("dev/null");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->kind, tree::EntryKind::character_device);
  EXPECT_EQ(node->device_minor, 3u);
  EXPECT_EQ(node->mode, 0666u);
  // A new owner takes them away, as in the kernel; so does an empty set.
  ASSERT_TRUE(apply_owners("own\t0\t0\t/image/usr/bin/ping\0"s, "/image", accounts(), tree));
  EXPECT_TRUE(tree.find("usr/bin/ping")->xattrs.empty());
}

TEST(Owners, HardLinksShareTheirOwner) {
  auto tree = files({"a"});
  tree::Entry link;
  link.path = "b";
  link.kind = tree::EntryKind::hardlink;
  link.target = "a";
  tree.put(link);
  ASSERT_TRUE(apply_owners("own\t5\t6\t/image/b\0"s, "/image", accounts(), tree));
  EXPECT_EQ(tree.find("a")->uid, 5u);
}

TEST(Owners, PathsMayHoldTabsAndNewlines) {
  auto tree = files({"a\tb\nc"});
  ASSERT_TRUE(apply_owners("own\t5\t6\t/image/a\tb\nc\0"s, "/image", accounts(), tree));
  EXPECT_EQ(tree.find("a\tb\nc")->gid, 6u);
}

TEST(Owners, UnknownNamesAreErrors) {
  auto tree = files({"a"});
  auto done = apply_owners("own\tstranger\t\t/image/a\0"s, "/image", accounts(), tree);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("stranger"), std::string::npos);
  EXPECT_NE(done.error().hint.find("acct-user/stranger"), std::string::npos);
  // What was removed again needs no owner.
  EXPECT_TRUE(apply_owners("own\tstranger\t\t/image/gone\0"s, "/image", accounts(), tree));
}

}  // namespace
}  // namespace cooper::build

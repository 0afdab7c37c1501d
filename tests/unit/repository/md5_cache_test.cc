#include "repository/md5_cache.h"

#include <gtest/gtest.h>

namespace cooper::repository {
namespace {

TEST(Md5Cache, WritesWhatItReads) {
  std::string text = "DEFINED_PHASES=-\nDESCRIPTION=a = b\nEAPI=8\nSLOT=0\n_eclasses_=a\t11\tb\t22\n_md5_=abc\n";
  auto entry = parse_cache_entry(text);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->keys["DESCRIPTION"], "a = b");
  EXPECT_EQ(entry->eclasses.size(), 2u);
  EXPECT_EQ(cache_entry_text(*entry), text);
}

TEST(Md5Cache, RefusesBrokenEntries) {
  EXPECT_EQ(parse_cache_entry("SLOT=0\nnonsense\n").error().where, "2");
  EXPECT_EQ(parse_cache_entry("=x\n").error().where, "1");
  EXPECT_EQ(parse_cache_entry("_eclasses_=a\t11\tb\n").error().where, "1");
}

TEST(Metadata, IsReadByTheRulesOfItsEapi) {
  auto metadata = metadata_of(
      {{"EAPI", "6"}, {"SLOT", "1/2"}, {"IUSE", "+a b -a b"}, {"BDEPEND", "not read"}, {"KEYWORDS", "amd64 ~arm64"}});
  ASSERT_TRUE(metadata) << metadata.error().message();
  EXPECT_EQ(metadata->slot, "1");
  EXPECT_EQ(metadata->subslot, "2");
  ASSERT_EQ(metadata->iuse.size(), 2u);
  EXPECT_EQ(metadata->iuse[0], std::pair(std::string_view("a"), -1));
  EXPECT_TRUE(metadata->bdepend->children.empty());
  EXPECT_EQ(metadata->keywords.size(), 2u);

  EXPECT_EQ(metadata_of({{"EAPI", "8"}}).error().where, "SLOT");
  EXPECT_EQ(metadata_of({{"EAPI", "4"}, {"SLOT", "1/2"}}).error().where, "SLOT");
  EXPECT_EQ(metadata_of({{"EAPI", "x"}, {"SLOT", "1"}}).error().where, "EAPI");
  EXPECT_EQ(metadata_of({{"EAPI", "8"}, {"SLOT", "1"}, {"IUSE", "a,b"}}).error().where, "IUSE");
  EXPECT_EQ(metadata_of({{"EAPI", "8"}, {"SLOT", "1"}, {"BDEPEND", "nonsense"}}).error().where, "BDEPEND");
}

TEST(Metadata, ParsesTreesWhenTheyAreLookedAt) {
  auto metadata = metadata_of({{"EAPI", "8"}, {"SLOT", "0"}, {"RDEPEND", "a/b || ( c/d e/f )"}, {"INHERITED", "y x"}});
  ASSERT_TRUE(metadata) << metadata.error().message();
  EXPECT_FALSE(metadata->rdepend.empty());
  EXPECT_TRUE(metadata->depend.empty());
  EXPECT_EQ(metadata->rdepend->children.size(), 2u);
  Metadata copy = *metadata;
  metadata = metadata_of({{"EAPI", "8"}, {"SLOT", "0"}});
  EXPECT_EQ(ebuild::to_text(copy.rdepend), "a/b || ( c/d e/f )");
  EXPECT_EQ(copy.key("RDEPEND"), "a/b || ( c/d e/f )");
  EXPECT_EQ(copy.inherited(), (std::vector<std::string>{"y", "x"}));
  LazyTree moved = std::move(copy.rdepend);
  EXPECT_EQ(moved->children.size(), 2u);
  EXPECT_TRUE(copy.rdepend.empty() || copy.rdepend->children.size() == 2);
  // Legality was not looked at: what does not parse then is an empty tree.
  auto trusted = parse_metadata("EAPI=8\nSLOT=0\nRDEPEND=( a/b\n", nullptr, true);
  ASSERT_TRUE(trusted);
  EXPECT_TRUE(trusted->rdepend->children.empty());
}

}  // namespace
}  // namespace cooper::repository

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

TEST(Md5Cache, ReadsMetadataByTheRulesOfItsEapi) {
  auto metadata = parse_metadata(
      {{"EAPI", "6"}, {"SLOT", "1/2"}, {"IUSE", "+a b -a b"}, {"BDEPEND", "not read"}, {"KEYWORDS", "amd64 ~arm64"}});
  ASSERT_TRUE(metadata) << metadata.error().message();
  EXPECT_EQ(metadata->slot, "1");
  EXPECT_EQ(metadata->subslot, "2");
  ASSERT_EQ(metadata->iuse.size(), 2u);
  EXPECT_EQ(metadata->iuse[0], std::pair(std::string("a"), -1));
  EXPECT_TRUE(metadata->bdepend.children.empty());
  EXPECT_EQ(metadata->keywords.size(), 2u);

  EXPECT_EQ(parse_metadata({{"EAPI", "8"}}).error().where, "SLOT");
  EXPECT_EQ(parse_metadata({{"EAPI", "4"}, {"SLOT", "1/2"}}).error().where, "SLOT");
  EXPECT_EQ(parse_metadata({{"EAPI", "x"}, {"SLOT", "1"}}).error().where, "EAPI");
  EXPECT_EQ(parse_metadata({{"EAPI", "8"}, {"SLOT", "1"}, {"IUSE", "a,b"}}).error().where, "IUSE");
  EXPECT_EQ(parse_metadata({{"EAPI", "8"}, {"SLOT", "1"}, {"BDEPEND", "nonsense"}}).error().where, "BDEPEND");
}

TEST(Md5Cache, FindsTheEapiOfAnEbuild) {
  EXPECT_EQ(ebuild_eapi("# x\n\nEAPI=8\n"), "8");
  EXPECT_EQ(ebuild_eapi("EAPI='7'\n"), "7");
  EXPECT_EQ(ebuild_eapi("\tEAPI=\"6\"\t # six\n"), "6");
  EXPECT_EQ(ebuild_eapi("inherit foo\nEAPI=8\n"), "0");
  EXPECT_EQ(ebuild_eapi("EAPI=\"8'\n"), "0");
  EXPECT_EQ(ebuild_eapi("EAPI=8#x\n"), "0");
  EXPECT_EQ(ebuild_eapi(""), "0");
}

}  // namespace
}  // namespace cooper::repository

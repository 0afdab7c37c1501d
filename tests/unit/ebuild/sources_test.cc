#include "ebuild/sources.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

DependencyNode parse(std::string_view text) { return *parse_dependency(text, DependencyKind::src_uri, newest_eapi()); }

TEST(Sources, NamesDistfiles) {
  struct Case {
    std::string_view leaf, name, uri;
    bool fetch, mirror;
  };
  for (const Case& test : std::vector<Case>{
           {"https://example.org/d/a-1.tar.gz", "a-1.tar.gz", "https://example.org/d/a-1.tar.gz", false, false},
           {"https://example.org/v1.tar.gz -> a-1.tar.gz", "a-1.tar.gz", "https://example.org/v1.tar.gz", false, false},
           {"https://example.org/?get=1 -> a.zip", "a.zip", "https://example.org/?get=1", false, false},
           {"mirror://gnu/gmp/gmp-6.tar.xz", "gmp-6.tar.xz", "mirror://gnu/gmp/gmp-6.tar.xz", false, false},
           {"fetch+https://example.org/a", "a", "https://example.org/a", true, false},
           {"mirror+https://example.org/a -> b", "b", "https://example.org/a", true, true},
           {"a-1.tar.gz", "a-1.tar.gz", "", false, false},
       }) {
    DependencyNode node = parse(test.leaf);
    ASSERT_EQ(node.children.size(), 1U);
    EXPECT_EQ(distfile_name(node.children[0]), test.name);
    SourceUri uri = source_uri(node.children[0]);
    EXPECT_EQ(uri.uri, test.uri);
    EXPECT_EQ(uri.fetch_allowed, test.fetch) << test.leaf;
    EXPECT_EQ(uri.mirror_allowed, test.mirror) << test.leaf;
  }
}

TEST(Sources, GathersThePlacesOfAFile) {
  DependencyNode node =
      parse("https://a/x-1.tar.gz mirror://b/x_1.orig.tar.gz -> x-1.tar.gz doc? ( https://a/doc.zip ) manual.pdf");
  std::vector<Distfile> files = distfiles(evaluate_conditionals(node, {}));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "x-1.tar.gz");
  ASSERT_EQ(files[0].uris.size(), 2U);
  EXPECT_EQ(files[0].uris[1].uri, "mirror://b/x_1.orig.tar.gz");
  EXPECT_EQ(files[1].name, "manual.pdf");
  EXPECT_TRUE(files[1].uris.empty());
  EXPECT_EQ(distfiles(evaluate_conditionals(node, {"doc"})).size(), 3U);
}

}  // namespace
}  // namespace cooper::ebuild

#include "ebuild/manifest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cooper::ebuild {
namespace {

const std::string blake(128, 'a'), sha512(128, '0');
const std::string digests = " BLAKE2B " + blake + " SHA512 " + sha512;

TEST(Manifest, IsRead) {
  std::string upper(128, 'A');
  Result<Manifest> manifest =
      Manifest::parse("DIST a-1.tar.gz 1234 BLAKE2B " + upper + " SHA512 " + sha512 + "\n\nEBUILD a-1.ebuild 0" +
                      digests + "\nAUX patches/x.patch 5" + digests + "\n");
  ASSERT_TRUE(manifest) << manifest.error().message();
  ASSERT_EQ(manifest->entries.size(), 3U);
  const ManifestEntry* dist = manifest->find("DIST", "a-1.tar.gz");
  ASSERT_NE(dist, nullptr);
  EXPECT_EQ(dist->size, 1234U);
  EXPECT_EQ(dist->digests.at("BLAKE2B"), blake);
  EXPECT_EQ(dist->digests.at("SHA512"), sha512);
  EXPECT_NE(manifest->find("AUX", "patches/x.patch"), nullptr);
  EXPECT_EQ(manifest->find("EBUILD", "a-1.tar.gz"), nullptr);
  EXPECT_EQ(manifest->find("DIST", "a-2.tar.gz"), nullptr);
  EXPECT_TRUE(Manifest::parse("")->entries.empty());
}

TEST(Manifest, IsWrittenSorted) {
  std::string sorted = "AUX b.patch 1" + digests + "\nDIST a.tgz 3" + digests + "\nDIST b.tgz 2" + digests +
                       "\nEBUILD a-1.ebuild 4" + digests + "\nMISC metadata.xml 5" + digests + "\n";
  std::string shuffled = "MISC metadata.xml 5" + digests + "\nDIST b.tgz 2 SHA512 " + sha512 + " BLAKE2B " + blake +
                         "\nEBUILD a-1.ebuild 4" + digests + "\nAUX b.patch 1" + digests + "\nDIST a.tgz 3" + digests;
  EXPECT_EQ(Manifest::parse(shuffled)->text(), sorted);
  EXPECT_EQ(Manifest::parse(sorted)->text(), sorted);
}

TEST(Manifest, ReadsEscapedNames) {
  Result<Manifest> manifest = Manifest::parse("DIST a\\x20b\\x5Cc\\u00e9.zip 1" + digests);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->entries[0].name, "a b\\c\xC3\xA9.zip");
  EXPECT_EQ(manifest->text(), "DIST a\\x20b\\x5Cc\xC3\xA9.zip 1" + digests + "\n");
  EXPECT_EQ(Manifest::parse(manifest->text())->text(), manifest->text());
}

TEST(Manifest, ReadsTheOtherKindsAndSignedTexts) {
  Result<Manifest> manifest = Manifest::parse(
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nTIMESTAMP 2024-01-31T10:00:00Z\nIGNORE distfiles\nDATA a/b "
      "1" +
      digests + "\n-----BEGIN PGP SIGNATURE-----\n\nnot an entry\n-----END PGP SIGNATURE-----\n");
  ASSERT_TRUE(manifest) << manifest.error().message();
  ASSERT_EQ(manifest->entries.size(), 3U);
  EXPECT_EQ(manifest->text(), "DATA a/b 1" + digests + "\nIGNORE distfiles\nTIMESTAMP 2024-01-31T10:00:00Z\n");
}

TEST(Manifest, RefusesMalformedLinesWithTheirNumber) {
  for (const std::string& line : std::vector<std::string>{"FILE a 1" + digests,
                                                          "DIST",
                                                          "DIST a",
                                                          "DIST a x" + digests,
                                                          "DIST a -1" + digests,
                                                          "DIST a 1x" + digests,
                                                          "DIST a 99999999999999999999" + digests,
                                                          "DIST a 1 BLAKE2B",
                                                          "DIST a 1 BLAKE2B " + blake + "0",
                                                          "DIST a 1 SHA512 " + sha512.substr(1),
                                                          "DIST a 1 SHA512 " + sha512.substr(1) + "g",
                                                          "DIST a 1 X 12 X 12",
                                                          "DIST a/b 1" + digests,
                                                          "DIST .. 1" + digests,
                                                          "EBUILD ../a.ebuild 1" + digests,
                                                          "AUX /etc/passwd 1" + digests,
                                                          "AUX a/../../b 1" + digests,
                                                          "AUX a//b 1" + digests,
                                                          "DIST a\\x2Fb 1" + digests,
                                                          "DIST a\\ 1" + digests,
                                                          "DIST a\\x0 1" + digests,
                                                          "DIST a\\x00 1" + digests,
                                                          "DIST a\\q20 1" + digests,
                                                          "DIST a\\uD800 1" + digests,
                                                          "DIST a\\U00110000 1" + digests,
                                                          std::string("DIST a\0b 1", 10) + digests,
                                                          "IGNORE",
                                                          "IGNORE ../x",
                                                          "TIMESTAMP a b"}) {
    Result<Manifest> manifest = Manifest::parse("MISC metadata.xml 1" + digests + "\n\n" + line + "\n");
    ASSERT_FALSE(manifest) << line;
    EXPECT_EQ(manifest.error().where, "3") << line;
    EXPECT_EQ(manifest.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace cooper::ebuild

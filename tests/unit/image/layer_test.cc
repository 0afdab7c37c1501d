#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "image/gzip.h"
#include "image/layer.h"
#include "image/tar.h"
#include "support.h"
#include "tree/archive.h"

namespace cooper::image {
namespace {

namespace fs = std::filesystem;
using test::Workplace;

std::string tar_of(const tree::Tree& tree) {
  std::string out;
  Result<> written = write_tar(tree, [&](std::string_view bytes) -> Result<> {
    out += bytes;
    return {};
  });
  EXPECT_TRUE(written.has_value()) << written.error().message();
  return out;
}

tree::Tree sample(Workplace& place) {
  tree::Tree tree;
  tree.entries = {Workplace::directory("usr"), Workplace::directory("usr/bin"),
                  place.file("usr/bin/tool", "#!/bin/sh\n", 04755), place.file("usr/empty", ""),
                  Workplace::symlink("usr/sbin", "bin")};
  tree::Entry link = Workplace::symlink("usr/bin/tool2", "usr/bin/tool");
  link.mode = 04755;
  link.kind = tree::EntryKind::hardlink;
  tree.entries.push_back(link);
  tree::Entry device = place.file("usr/null", "");
  device.kind = tree::EntryKind::character_device;
  device.device_major = 1, device.device_minor = 3, device.digest = "";
  tree.entries.push_back(device);
  tree.entries.push_back(place.file("usr/" + std::string(120, 'd') + "/" + std::string(90, 'n'), "prefix"));
  tree.entries.push_back(place.file(std::string(200, 'l'), "long"));
  tree.entries.push_back(Workplace::symlink("usr/far", std::string(150, 't')));
  tree.entries.push_back(place.file("usr/negyvenkett\xc5\x91", "42"));
  tree::Entry capable = place.file("usr/ping", "x");
  capable.xattrs["security.capability"] = std::string("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  capable.uid = 3'000'000'000u, capable.gid = 65534;
  tree.entries.push_back(capable);
  for (tree::Entry& entry : tree.entries) entry.mtime = 1'700'000'000;
  tree.entries[2].mtime = -5;
  tree.sort();
  return tree;
}

TEST(Tar, ReadsBackAsTheSameTree) {
  Workplace place;
  tree::Tree tree = sample(place);
  ASSERT_OK(util::write_file(place.path() / "a.tar", tar_of(tree)));
  fs::create_directory(place.path() / "out");
  auto back = tree::extract_tar(place.path() / "a.tar", place.path() / "out", {.owner = "a/b-1"});
  ASSERT_OK(back);
  ASSERT_GE(back->entries.size(), tree.entries.size());
  for (const tree::Entry& entry : tree.entries) {
    const tree::Entry* found = back->find(entry.path);
    ASSERT_TRUE(found) << entry.path;
    EXPECT_EQ(found->mode, entry.mode) << entry.path;
    if (entry.kind != tree::EntryKind::hardlink && found->kind != tree::EntryKind::hardlink) {
      EXPECT_EQ(found->uid, entry.uid) << entry.path;
      EXPECT_EQ(found->gid, entry.gid) << entry.path;
      EXPECT_EQ(found->mtime, entry.mtime) << entry.path;
      EXPECT_EQ(found->xattrs, entry.xattrs) << entry.path;
    }
    if (entry.kind == tree::EntryKind::symlink) {
      EXPECT_EQ(found->target, entry.target) << entry.path;
    }
  }
}

TEST(Tar, GnuTarAgrees) {
  Workplace place;
  tree::Tree tree = sample(place);
  ASSERT_OK(util::write_file(place.path() / "a.tar", tar_of(tree)));
  std::string listing =
      test::shell("tar --list --verbose --numeric-owner --quoting-style=literal --full-time --utc -f " +
                  (place.path() / "a.tar").string());
  EXPECT_THAT(listing, testing::HasSubstr("drwxr-xr-x 0/0               0 2023-11-14 22:13:20 usr/bin/\n"));
  EXPECT_THAT(listing, testing::HasSubstr("-rwsr-xr-x 0/0              10 1969-12-31 23:59:55 usr/bin/tool\n"));
  EXPECT_THAT(listing, testing::HasSubstr("usr/bin/tool2 link to usr/bin/tool\n"));
  EXPECT_THAT(listing, testing::HasSubstr("usr/sbin -> bin\n"));
  EXPECT_THAT(listing, testing::HasSubstr("usr/far -> " + std::string(150, 't') + "\n"));
  EXPECT_THAT(listing, testing::HasSubstr(std::string(200, 'l') + "\n"));
  EXPECT_THAT(listing, testing::HasSubstr("usr/negyvenkett\xc5\x91\n"));
  EXPECT_THAT(listing, testing::HasSubstr("3000000000/65534"));
  EXPECT_THAT(listing, testing::HasSubstr("crw-r--r-- 0/0             1,3"));
}

TEST(Tar, RefusesADamagedSource) {
  Workplace place;
  tree::Tree tree;
  tree.entries = {place.file("a", "good bytes")};
  ASSERT_OK(util::write_file(tree.entries[0].source, "evil bytes"));
  TarWriter writer([](std::string_view) -> Result<> { return {}; });
  Result<> same_size = writer.add(tree.entries[0]);
  ASSERT_FALSE(same_size);
  EXPECT_THAT(same_size.error().message(), testing::HasSubstr("damaged"));
  ASSERT_OK(util::write_file(tree.entries[0].source, "shorter"));
  EXPECT_FALSE(writer.add(tree.entries[0]));
}

std::string gzip_of(const std::string& bytes, unsigned threads, size_t piece) {
  std::string out;
  GzipWriter writer([&](std::string_view part) -> Result<> { return out += part, Result<>(); }, 6, threads);
  for (size_t i = 0; i < bytes.size(); i += piece) EXPECT_TRUE(writer.write(std::string_view(bytes).substr(i, piece)));
  EXPECT_TRUE(writer.finish());
  return out;
}

std::string noise(size_t size) {
  std::mt19937 random(1);
  std::string bytes;
  while (bytes.size() < size)
    bytes += random() % 3 ? "the same words again " : std::string(1, static_cast<char>(random()));
  bytes.resize(size);
  return bytes;
}

TEST(Gzip, SameBytesForAnyNumberOfThreadsAndPieces) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{512 << 10}, (size_t{512} << 10) + 1, size_t{3'000'000}}) {
    std::string bytes = noise(size);
    std::string one = gzip_of(bytes, 1, 1 << 20);
    EXPECT_EQ(one, gzip_of(bytes, 7, 1000)) << size;
    EXPECT_EQ(one, gzip_of(bytes, 2, 70'001)) << size;
  }
}

TEST(Gzip, GunzipReadsIt) {
  Workplace place;
  for (size_t size : {size_t{0}, size_t{5}, size_t{2'000'000}}) {
    std::string bytes = noise(size), back;
    ASSERT_OK(util::write_file(place.path() / "a.gz", gzip_of(bytes, 3, 1 << 16)));
    test::shell("gzip --test " + (place.path() / "a.gz").string());
    ASSERT_OK(gunzip_file(place.path() / "a.gz",
                          [&](std::string_view part) -> Result<> { return back += part, Result<>(); }));
    EXPECT_EQ(back, bytes);
  }
}

TEST(Gzip, TruncationIsAnError) {
  Workplace place;
  std::string packed = gzip_of(noise(2'000'000), 2, 1 << 16);
  ASSERT_OK(util::write_file(place.path() / "a.gz", packed.substr(0, packed.size() / 2)));
  EXPECT_FALSE(gunzip_file(place.path() / "a.gz", [](std::string_view) -> Result<> { return {}; }));
}

TEST(Gzip, AnErrorOfTheSinkComesBack) {
  GzipWriter writer([](std::string_view) -> Result<> { return fail(ErrorKind::failed, "full"); }, 6, 2);
  Result<> result = writer.write("x");
  if (result) result = writer.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "full");
}

TEST(Layer, DigestsAreThoseOfTheBytes) {
  Workplace place;
  tree::Tree tree = sample(place);
  auto layer = write_layer(tree, place.path() / "layout");
  ASSERT_OK(layer);
  fs::path blob = place.path() / "layout" / blob_path(layer->descriptor.digest);
  EXPECT_EQ("sha256:" + *util::hash_file(util::HashAlgorithm::sha256, blob), layer->descriptor.digest);
  EXPECT_EQ(fs::file_size(blob), layer->descriptor.size);
  EXPECT_EQ("sha256:" + util::hash(util::HashAlgorithm::sha256, tar_of(tree)), layer->diff_id);
  auto again = write_layer(tree, place.path() / "other");
  ASSERT_OK(again);
  EXPECT_EQ(again->descriptor.digest, layer->descriptor.digest);
}

}  // namespace
}  // namespace cooper::image

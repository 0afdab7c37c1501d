#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/image.h"
#include "image/layout.h"
#include "support.h"

namespace cooper::image {
namespace {

namespace fs = std::filesystem;
using test::Workplace;
using testing::HasSubstr;

Image sample(Workplace& place, const std::string& content = "hello\n") {
  Image image;
  image.name = "small";
  image.tag = "1.0";
  image.created = 1'700'000'000;
  image.architecture = host_architecture();
  image.tree.entries = {Workplace::directory("etc"), place.file("etc/motd", content),
                        Workplace::symlink("motd", "etc/motd")};
  for (tree::Entry& entry : image.tree.entries) entry.mtime = image.created;
  image.config.entrypoint = {"/bin/hello"};
  image.config.env = {"A=b"};
  image.config.expose = {"80/tcp"};
  image.config.user = "www";
  image.config.labels = {{"k", "v"}};
  image.shares = {{"a/b-1", 6, 2, 1}};
  image.adopted = {{"lib64/ld.so", "ld.so", "loader", "libc6", "bin/hello"}};
  return image;
}

TEST(Layout, SaysBackWhatWasWritten) {
  Workplace place;
  auto written = write_layout(sample(place), place.path() / "layout");
  ASSERT_OK(written);
  EXPECT_EQ(written->name, "small");
  EXPECT_EQ(written->tag, "1.0");
  EXPECT_EQ(written->unpacked_size, 6u);
  ASSERT_EQ(written->shares.size(), 1u);
  EXPECT_EQ(written->shares[0].owner, "a/b-1");
  ASSERT_EQ(written->adopted.size(), 1u);
  EXPECT_EQ(written->adopted[0].needed_by, "bin/hello");
  auto image = open_layout(place.path() / "layout", "1.0");
  ASSERT_OK(image);
  EXPECT_EQ(image->config.created, "2023-11-14T22:13:20Z");
  EXPECT_EQ(image->config.config.entrypoint, std::vector<std::string>{"/bin/hello"});
  EXPECT_THAT(image->config.config.env, testing::ElementsAre(HasSubstr("PATH="), "A=b"));
  EXPECT_EQ(image->config.config.labels.at("k"), "v");
  EXPECT_EQ(image->config.config.expose, std::vector<std::string>{"80/tcp"});
}

TEST(Layout, SameImageSameDigest) {
  Workplace place, other;
  auto one = write_layout(sample(place), place.path() / "layout");
  auto two = write_layout(sample(other), other.path() / "elsewhere");
  ASSERT_OK(one);
  ASSERT_OK(two);
  EXPECT_EQ(one->manifest_digest, two->manifest_digest);
  auto three = write_layout(sample(place, "other\n"), place.path() / "three");
  ASSERT_OK(three);
  EXPECT_NE(one->manifest_digest, three->manifest_digest);
}

TEST(Layout, NothingIsLeftOfAFailedWrite) {
  Workplace place;
  Image image = sample(place);
  image.tree.entries[1].source = place.path() / "gone";
  EXPECT_FALSE(write_layout(image, place.path() / "layout"));
  EXPECT_FALSE(fs::exists(place.path() / "layout"));
}

TEST(Layout, DamageIsFound) {
  Workplace place;
  auto written = write_layout(sample(place), place.path() / "layout");
  ASSERT_OK(written);
  fs::path config = place.path() / "layout" / blob_path(written->config_digest);
  std::string text = *util::read_file(config);
  ASSERT_OK(util::write_file(config, text + " "));
  auto damaged = read_layout(place.path() / "layout");
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().message(), HasSubstr("digest"));
}

TEST(Layout, UnknownTagNamesTheOnesThere) {
  Workplace place;
  ASSERT_OK(write_layout(sample(place), place.path() / "layout"));
  auto missing = open_layout(place.path() / "layout", "2.0");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::usage);
  EXPECT_THAT(missing.error().hint, HasSubstr("1.0"));
}

struct DestinationCase {
  const char *text, *transport, *path, *tag;
};
class Destinations : public testing::TestWithParam<DestinationCase> {};
TEST_P(Destinations, Parse) {
  auto parsed = parse_destination(GetParam().text);
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->transport, GetParam().transport);
  EXPECT_EQ(parsed->path, GetParam().path);
  EXPECT_EQ(parsed->tag, GetParam().tag);
}
INSTANTIATE_TEST_SUITE_P(
    All, Destinations,
    testing::Values(DestinationCase{"oci:a/b", "oci", "a/b", ""}, DestinationCase{"oci:a/b:1.0", "oci", "a/b", "1.0"},
                    DestinationCase{"oci:a:b/c", "oci", "a:b/c", ""},
                    DestinationCase{"oci-archive:f.tar:x", "oci-archive", "f.tar", "x"},
                    DestinationCase{"docker-archive:f.tar", "docker-archive", "f.tar", ""},
                    DestinationCase{"docker-archive:f.tar:host:5000/n:t", "docker-archive", "f.tar", "host:5000/n:t"},
                    DestinationCase{"dir:/x:y", "dir", "/x:y", ""}, DestinationCase{"tar:f", "tar", "f", ""}));

TEST(Destination, MistakesAreNamed) {
  for (const char* text : {"ocii:x", "x", "", "oci:", "tar:", "docker://host/x"}) {
    auto parsed = parse_destination(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
  }
  EXPECT_THAT(parse_destination("docker-archiv:x").error().hint, HasSubstr("docker-archive"));
}

// Every form is read back as the same root file system.
TEST(Export, EveryFormLoadsAgain) {
  Workplace place;
  auto written = write_layout(sample(place), place.path() / "layout");
  ASSERT_OK(written);
  auto store = store::Store::open(place.path() / "store");
  ASSERT_OK(store);
  for (std::string transport : {"oci", "oci-archive", "docker-archive", "dir", "tar"}) {
    std::string reference = transport + ":" + (place.path() / ("out-" + transport)).string();
    auto destination = parse_destination(reference);
    ASSERT_OK(destination);
    ASSERT_OK(export_image(*written, *destination));
    ASSERT_OK(export_image(*written, *destination));  // over itself
    for (const std::string& name : {reference, destination->path}) {
      auto loaded = load_image(name, *store);
      ASSERT_OK(loaded);
      const tree::Entry* motd = loaded->tree.find("etc/motd");
      ASSERT_TRUE(motd) << name;
      EXPECT_EQ(*util::read_file(motd->source), "hello\n");
      EXPECT_EQ(*util::read_file(loaded->root / "etc/motd"), "hello\n");
      EXPECT_EQ(loaded->tree.find("motd")->target, "etc/motd");
      if (transport != "tar") {
        EXPECT_EQ(loaded->config.user, "www") << name;
      }
    }
  }
}

TEST(Export, DoesNotOverwriteAUsersFolder) {
  Workplace place;
  auto written = write_layout(sample(place), place.path() / "layout");
  ASSERT_OK(written);
  ASSERT_OK(util::write_file(place.path() / "mine/letter.txt", "dear"));
  for (const char* transport : {"oci", "dir", "tar", "docker-archive"}) {
    Result<> refused = export_image(*written, {transport, place.path() / "mine", ""});
    ASSERT_FALSE(refused) << transport;
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  }
  EXPECT_EQ(*util::read_file(place.path() / "mine/letter.txt"), "dear");
}

TEST(Export, AnOldLayoutKeepsItsOtherImages) {
  Workplace place;
  auto one = write_layout(sample(place), place.path() / "one");
  auto two = write_layout(sample(place, "second\n"), place.path() / "two");
  ASSERT_OK(one);
  ASSERT_OK(two);
  std::string directory = place.path() / "out";
  ASSERT_OK(export_image(*one, {"oci", directory, "a"}));
  ASSERT_OK(export_image(*two, {"oci", directory, "b"}));
  EXPECT_EQ(open_layout(directory, "a")->descriptor.digest, one->manifest_digest);
  EXPECT_EQ(open_layout(directory, "b")->descriptor.digest, two->manifest_digest);
  ASSERT_OK(export_image(*two, {"oci", directory, "a"}));
  EXPECT_EQ(open_layout(directory, "a")->descriptor.digest, two->manifest_digest);
}

TEST(Export, LayersWithDamagedBytesAreRefused) {
  Workplace place;
  auto written = write_layout(sample(place), place.path() / "layout");
  ASSERT_OK(written);
  auto image = open_layout(place.path() / "layout");
  fs::path layer = image->blob(image->manifest.layers[0]);
  std::string bytes = *util::read_file(layer);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_OK(util::write_file(layer, bytes));
  auto store = store::Store::open(place.path() / "store");
  ASSERT_OK(store);
  auto loaded = load_image("oci:" + (place.path() / "layout").string(), *store);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message(), HasSubstr("damaged"));
  EXPECT_FALSE(export_image(*written, {"tar", place.path() / "root.tar", ""}));
  EXPECT_FALSE(fs::exists(place.path() / "root.tar"));
}

}  // namespace
}  // namespace cooper::image

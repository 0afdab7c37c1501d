#include <gtest/gtest.h>

#include <set>

#include "image/image.h"
#include "support.h"

namespace cooper::image {
namespace {

using test::Workplace;

struct KeyTest : testing::Test {
  Workplace place;
  spec::ImageSpec spec;
  store::BaseRoot base{.id = "base"};
  sandbox::BaseDescription description;
  AssembleInput input;
  void SetUp() override {
    spec.file = place.path() / "x.toml";
    spec.name = "x";
    spec.files.push_back({.path = "/a", .source = "a"});
    ASSERT_OK(util::write_file(place.path() / "a", "1"));
    input.spec = &spec;
    input.base = &base;
    input.base_description = &description;
    input.packages.resize(1);
    input.packages[0].facts.cpv = "a/b-1";
    input.packages[0].output_digest = "one";
    input.packages[0].key = "key";
  }
  std::string key() {
    auto key = image_key(input);
    EXPECT_TRUE(key.has_value()) << key.error().message();
    return key.value_or("");
  }
};

TEST_F(KeyTest, ChangesWithWhatMatters) {
  std::set<std::string> keys = {key()};
  EXPECT_EQ(keys.count(key()), 1u);
  auto changed = [&](const char* what) { EXPECT_TRUE(keys.insert(key()).second) << what; };
  ASSERT_OK(util::write_file(place.path() / "a", "2"));
  changed("the bytes of a file");
  spec.keep = {"/x"};
  changed("keep");
  spec.keep = {};
  spec.remove = {"/x"};
  changed("remove");
  spec.locales = std::vector<std::string>{};
  changed("no locales are not all");
  spec.tests.push_back({.run = {"x"}});
  changed("a test");
  spec.config.user = "www";
  changed("the config");
  input.packages[0].output_digest = "two";
  changed("a package");
  base.id = "other";
  changed("the base root");
  description.adoptable["libx.so.1"] = "x";
  changed("what may be adopted");
  input.source_date_epoch = 7;
  changed("the time");
  input.tag = "2";
  changed("the tag");
}

TEST_F(KeyTest, IgnoresWhatDoesNot) {
  std::string before = key();
  input.packages[0].key = "rebuilt";
  input.packages[0].facts.build_seconds = 7;
  input.variables["CFLAGS"] = "-O3";
  EXPECT_EQ(key(), before);
}

TEST_F(KeyTest, TheKeyOfAPackageWithPhasesCounts) {
  input.packages[0].facts.defined_phases = {"postinst"};
  ASSERT_OK(util::write_file(place.path() / "runtime/ebuild.bash", "x"));
  ASSERT_OK(util::write_file(place.path() / "helper", "x"));
  input.runtime = place.path() / "runtime";
  input.helper = place.path() / "helper";
  std::string before = key();
  input.packages[0].key = "rebuilt";
  std::string after = key();
  EXPECT_NE(after, before);
  ASSERT_OK(util::write_file(place.path() / "runtime/ebuild.bash", "y"));
  EXPECT_NE(key(), after);
}

TEST_F(KeyTest, AMissingFileIsNamed) {
  spec.files[0].source = "gone";
  spec.files[0].where = "x.toml:3:1";
  auto key = image_key(input);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().kind, ErrorKind::usage);
  EXPECT_EQ(key.error().where, "x.toml:3:1");
}

}  // namespace
}  // namespace cooper::image

#include "spec/spec.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "util/file.h"

namespace cooper::spec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view minimal = "name = \"jq\"\npackages = [\"app-misc/jq\"]\n";

Error error_of(std::string_view text) {
  auto result = parse(text, "dir/x.toml");
  EXPECT_FALSE(result) << text;
  return result ? Error{} : result.error();
}

ImageSpec spec_of(std::string text) {
  auto result = parse(text, "dir/x.toml");
  EXPECT_TRUE(result) << (result ? "" : result.error().message());
  return result ? *result : ImageSpec{};
}

ImageSpec with(std::string more) { return spec_of(std::string(minimal) + more); }
Error error_with(std::string more) { return error_of(std::string(minimal) + more); }

std::vector<std::string> values(const std::vector<Located<std::string>>& list) {
  std::vector<std::string> out;
  for (const auto& item : list) out.push_back(item.value);
  return out;
}

TEST(Spec, MinimalHasTheDefaults) {
  ImageSpec spec = with("");
  EXPECT_EQ(spec.name, "jq");
  EXPECT_EQ(spec.packages.at(0).value.text(), "app-misc/jq");
  EXPECT_EQ(spec.packages.at(0).where, "dir/x.toml:2:13");
  EXPECT_EQ(spec.base_from, "debian:bookworm");
  EXPECT_EQ(spec.profile, "cooper:default/linux/amd64");
  EXPECT_FALSE(spec.build_libc);
  EXPECT_EQ(spec.trim.size(), 5u);
  EXPECT_FALSE(spec.locales);
}

TEST(Spec, ReadsEverySection) {
  ImageSpec spec = spec_of(R"(
name     = "php"
tag      = "8"
packages = ["dev-lang/php:8.2"]
use      = ["-ipv6"]
mask     = [">=dev-lang/php-9"]
unmask   = ["=dev-lang/php-8.2*"]
[package."dev-lang/php"]
use      = ["fpm", "intl"]
keywords = ["~amd64"]
license  = ["@FREE"]
env      = { CFLAGS = "-O3" }
[repositories]
zebra = { path = "/var/db/repos/gentoo" }
local = "overlay"
remote = "https://example.org/tree"
pinned = { git = "ssh://git@example.org/x.git", commit = "0123abc" }
ball = "https://example.org/tree.tar.xz"
[profile]
profile = "gentoo:default/linux/amd64/23.0"
portage-config = "etc/portage"
variables = { CFLAGS = "-O2" }
multilib = true
[base]
from = "tar:stage3.tar.xz"
libc = "build"
[root]
exclude = ["sys-apps/coreutils"]
trim = ["docs"]
keep = ["/usr/bin/php*"]
locales = ["hu"]
[[root.file]]
path = "/srv/www/index.php"
content = "<?php"
mode = "0600"
user = "www"
[[root.directory]]
path = "/var/lib/x"
mode = 0o1777
[[root.symlink]]
path = "/bin/sh"
target = "busybox"
[[root.user]]
name = "www"
uid = 1000
[[root.group]]
name = "web"
gid = 8
[config]
entrypoint = ["/usr/sbin/php-fpm", "-F"]
env = { B = "2", A = "1" }
expose = ["9000/tcp", "53/udp", "80"]
user = "www"
stop-signal = "SIGQUIT"
labels = { "org.example.x" = "y" }
[[test]]
run = ["php", "-v"]
stdout-contains = "8.2"
exit = 3
timeout = 5
)");
  EXPECT_EQ(spec.tag, "8");
  EXPECT_EQ(spec.mask.at(0).value.text(), ">=dev-lang/php-9");
  EXPECT_EQ(spec.unmask.at(0).value.text(), "=dev-lang/php-8.2*");
  ASSERT_EQ(spec.package.size(), 1u);
  EXPECT_THAT(values(spec.package[0].use), ElementsAre("fpm", "intl"));
  EXPECT_EQ(spec.package[0].atom.where, "dir/x.toml:8:10");
  EXPECT_EQ(spec.package[0].use[1].where, "dir/x.toml:9:20");
  EXPECT_EQ(spec.package[0].env.at("CFLAGS"), "-O3");
  ASSERT_EQ(spec.repositories.size(), 5u);
  EXPECT_EQ(spec.repositories[0].name, "zebra");  // the file's order, not the alphabet's
  EXPECT_EQ(spec.repositories[0].path, "/var/db/repos/gentoo");
  EXPECT_THAT(spec.repositories[1].path, testing::EndsWith("/dir/overlay"));
  EXPECT_EQ(spec.repositories[2].git, "https://example.org/tree");
  EXPECT_EQ(spec.repositories[3].commit, "0123abc");
  EXPECT_EQ(spec.repositories[4].tarball, "https://example.org/tree.tar.xz");
  EXPECT_THAT(spec.portage_config.string(), testing::EndsWith("/dir/etc/portage"));
  EXPECT_THAT(spec.base_from, testing::StartsWith("tar:/"));
  EXPECT_TRUE(spec.build_libc);
  EXPECT_EQ(spec.exclude.at(0).value.text(), "sys-apps/coreutils");
  EXPECT_THAT(spec.trim, ElementsAre("docs"));
  EXPECT_THAT(*spec.locales, ElementsAre("hu"));
  EXPECT_EQ(spec.files.at(0).mode, 0600u);
  EXPECT_EQ(spec.files.at(0).content, "<?php");
  EXPECT_EQ(spec.directories.at(0).mode, 01777u);
  EXPECT_EQ(spec.symlinks.at(0).target, "busybox");
  EXPECT_EQ(spec.users.at(0).uid, 1000u);
  EXPECT_EQ(spec.groups.at(0).gid, 8u);
  EXPECT_THAT(spec.config.env, ElementsAre("A=1", "B=2"));
  EXPECT_THAT(spec.config.expose, ElementsAre("9000/tcp", "53/udp", "80/tcp"));
  EXPECT_EQ(spec.config.labels.at("org.example.x"), "y");
  EXPECT_EQ(spec.tests.at(0).exit, 3);
  EXPECT_EQ(spec.tests.at(0).timeout, 5);
}

TEST(Spec, UnknownKeyNamesTheNearest) {
  Error error = error_of("name = \"x\"\npakages = []\npackages = [\"a/b\"]\n");
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_EQ(error.what, "unknown key 'pakages'");
  EXPECT_EQ(error.where, "dir/x.toml:2:1");
  EXPECT_EQ(error.hint, "did you mean 'packages'?");
  EXPECT_EQ(error_with("[config]\nstop_signal = \"SIGTERM\"").hint, "did you mean 'stop-signal'?");
}

TEST(Spec, MisplacedKeySaysWhereItBelongs) {
  EXPECT_EQ(error_with("[base]\nuse = [\"x\"]").hint,
            "'use' belongs at the top of the file, before the first [table] line");
  EXPECT_EQ(error_with("exclude = [\"a/b\"]").hint, "'exclude' belongs in [root]");
}

TEST(Spec, WrongTypesAreNamedWithTheKey) {
  Error error = error_of("name = 3\npackages = \"a/b\"\n");
  EXPECT_EQ(error.what, "wrong type for 'name': expected a string, found an integer");
  EXPECT_EQ(error.where, "dir/x.toml:1:8");
  EXPECT_THAT(error.why, HasSubstr("and 1 more error in this file:\ndir/x.toml:2:12: wrong type for 'packages'"));
  EXPECT_EQ(error_with("[[root.file]]\npath = true\ncontent = ''").what,
            "wrong type for 'root.file[1].path': expected a string, found a boolean");
  EXPECT_THAT(error_with("use = [\"a\", 2]").what, HasSubstr("'use[2]'"));
  EXPECT_THAT(error_with("[package]\n\"a/b\" = 1").what, HasSubstr("wrong type for 'package.\"a/b\"'"));
}

TEST(Spec, MissingKeysAreNamed) {
  EXPECT_EQ(error_of("packages = [\"a/b\"]").what, "missing key 'name'");
  EXPECT_EQ(error_of("name = \"x\"").what, "missing key 'packages'");
  EXPECT_EQ(error_with("[[root.user]]\nname = \"www\"").what, "missing key 'uid' in [root.user[1]]");
  EXPECT_EQ(error_of("name = \"x\"\npackages = []").what, "'packages' is empty");
}

TEST(Spec, InvalidValuesSayTheRule) {
  for (const char* bad : {"[base]\nfrom = \"debain:bookworm\"",
                          "[base]\nfrom = \"debian\"",
                          "[base]\nlibc = \"adapt\"",
                          "tag = \"-x\"",
                          "use = [\"+x\"]",
                          "use = [\"--x\"]",
                          "[root]\ntrim = [\"doc\"]",
                          "[root]\nkeep = [\"usr\"]",
                          "[root]\nkeep = [\"/a/../b\"]",
                          "[[root.file]]\npath = \"/a\"\ncontent = \"\"\nmode = 755",
                          "[[root.file]]\npath = \"/a\"\ncontent = \"\"\nmode = \"888\"",
                          "[[root.file]]\npath = \"/a\"",
                          "[[root.file]]\npath = \"/a\"\nsource = \"b\"\ncontent = \"\"",
                          "[[root.user]]\nname = \"A\"\nuid = 1",
                          "[[root.user]]\nname = \"a\"\nuid = -1",
                          "[[root.user]]\nname = \"a\"\nuid = 4294967295",
                          "[config]\nexpose = [\"0\"]",
                          "[config]\nexpose = [\"80/icmp\"]",
                          "[config]\nenv = [\"x\"]",
                          "[config]\nenv = { \"1x\" = \"\" }",
                          "[config]\nworkdir = \"x\"",
                          "[config]\nstop-signal = \"TERM\"",
                          "[[test]]\nrun = []",
                          "[limits]\nlog = \"1 GBit\"",
                          "[limits]\nlog = -1",
                          "[limits]\nprocesses = \"many\"",
                          "[limits]\nfile = \"99999999999 TiB\"",
                          "[[test]]\nrun = [\"x\"]\nexit = 256",
                          "[repositories]\nx = {}",
                          "[repositories]\nx = { path = \"a\", git = \"b\" }",
                          "[repositories]\n\"a b\" = \"c\"",
                          "[package.\"php\"]\nuse = []",
                          "[[root.group]]\nname = \"g\"\ngid = 1\n[[root.group]]\nname = \"g\"\ngid = 2"}) {
    Error error = error_with(bad);
    EXPECT_EQ(error.kind, ErrorKind::usage) << bad;
    EXPECT_THAT(error.where, testing::StartsWith("dir/x.toml:")) << bad;
    EXPECT_FALSE(error.what.empty()) << bad;
  }
  EXPECT_EQ(error_with("[base]\nfrom = \"debain:bookworm\"").hint, "did you mean 'debian:bookworm'?");
  EXPECT_EQ(error_with("[[root.file]]\npath = \"/a\"\ncontent = \"\"\nmode = 755").hint, "did you mean 0o755?");
}

TEST(Spec, Limits) {
  EXPECT_FALSE(with("").limits.log);
  LimitsSpec limits =
      with("[limits]\nlog = \"500 MB\"\nfile = 0\nfree = \"2GiB\"\nprocesses = 100\nseconds = 60").limits;
  EXPECT_EQ(limits.log, 500'000'000u);
  EXPECT_EQ(limits.file, 0u);
  EXPECT_EQ(limits.free, uint64_t{2} << 30);
  EXPECT_EQ(limits.processes, 100);
  EXPECT_EQ(limits.seconds, 60);
}

TEST(Spec, ImageNames) {
  for (const char* good : {"php", "a.b_c__d--e", "registry.example.org:5000/team/php"})
    EXPECT_TRUE(parse(std::string("packages = [\"a/b\"]\nname = \"") + good + "\"", "x.toml")) << good;
  for (const char* bad : {"", "PHP", "a..b", "a___b", "-a", "a/", "a:1", "x:/a", "a b"})
    EXPECT_FALSE(parse(std::string("packages = [\"a/b\"]\nname = \"") + bad + "\"", "x.toml")) << bad;
}

TEST(Spec, BrokenTomlHasAPlace) {
  Error error = error_of("name = \"x\npackages = []");
  EXPECT_EQ(error.what, "this is not TOML");
  EXPECT_THAT(error.where, testing::StartsWith("dir/x.toml:1:"));
  EXPECT_EQ(error_of("a = 1\na = 2").what, "this is not TOML");
}

TEST(Spec, LoadLooksForSourceFiles) {
  auto folder = util::TemporaryDirectory::create(testing::TempDir(), "spec");
  ASSERT_TRUE(folder);
  std::string text = std::string(minimal) + "[[root.file]]\npath = \"/a\"\nsource = \"a.txt\"\n";
  ASSERT_TRUE(util::write_file(folder->path() / "x.toml", text));
  auto missing = load(folder->path() / "x.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what, "no such file: 'a.txt'");
  ASSERT_TRUE(util::write_file(folder->path() / "a.txt", "x"));
  EXPECT_TRUE(load(folder->path() / "x.toml"));
  EXPECT_EQ(load(folder->path() / "absent.toml").error().kind, ErrorKind::usage);
}

// The schema comes from the reader's own table; this looks at the whole of it from outside.
TEST(Spec, SchemaNamesEveryKeyOnce) {
  auto schema = nlohmann::json::parse(json_schema());
  EXPECT_EQ(schema["type"], "object");
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_THAT(schema["required"].get<std::vector<std::string>>(), ElementsAre("name", "packages"));
  for (const char* key :
       {"name", "tag", "packages", "use", "package", "repositories", "profile", "base", "root", "config", "test"})
    EXPECT_TRUE(schema["properties"].contains(key)) << key;
  auto file = schema["properties"]["root"]["properties"]["file"];
  EXPECT_EQ(file["type"], "array");
  EXPECT_EQ(file["items"]["properties"]["path"]["type"], "string");
  EXPECT_EQ(schema["properties"]["repositories"]["additionalProperties"]["oneOf"].size(), 2u);
  EXPECT_EQ(schema["properties"]["packages"]["items"]["type"], "string");
}

}  // namespace
}  // namespace cooper::spec

// Base roots: apt's sources, descriptions, tidying.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sandbox/apt_sources.h"
#include "sandbox/base_root.h"
#include "sandbox/base_sources.h"
#include "util/file.h"

namespace cooper::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(AptSources, Deb822) {
  auto sources = parse_deb822_sources(
      "# comment\nTypes: deb deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm "
      "bookworm-updates\nComponents: main contrib\n"
      "Signed-By:\n -----BEGIN\n .\n abc\n -----END\n\nTypes: deb\nURIs: http://x.example/\nSuites: s\nComponents: "
      "main\nEnabled: no\n\n"
      "Types: deb-src\nURIs: http://x.example/\nSuites: s\nComponents: main\n");
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources[0].suites, (std::vector<std::string>{"bookworm", "bookworm-updates"}));
  ASSERT_EQ(sources[0].options.size(), 1u);
  EXPECT_EQ(sources[0].options[0].second, "\n -----BEGIN\n .\n abc\n -----END");
}

TEST(AptSources, OneLine) {
  auto sources = parse_one_line_sources(
      "deb [arch=amd64 signed-by=/k/a.gpg,/k/b.gpg] https://mirror.example/debian bookworm main non-free # note\n# deb "
      "http://x x x\n"
      "deb-src http://mirror.example/debian bookworm main\n");
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources[0].uris[0], "https://mirror.example/debian");
  EXPECT_EQ(sources[0].components, (std::vector<std::string>{"main", "non-free"}));
  EXPECT_EQ(sources[0].options[0], (std::pair<std::string, std::string>("Signed-By", "/k/a.gpg /k/b.gpg")));
}

TEST(AptSources, OnlyDebianOfTheSuite) {
  auto sources = parse_one_line_sources(
      "deb http://mirror.example/debian bookworm main contrib\ndeb http://mirror.example/debian-security "
      "bookworm-security main\n"
      "deb http://vendor.example/tools bookworm main\ndeb http://mirror.example/debian trixie main\n");
  auto text = debian_sources(sources, "bookworm");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("Suites: bookworm\n"));
  EXPECT_THAT(*text, HasSubstr("Suites: bookworm-security\n"));
  EXPECT_THAT(*text, Not(HasSubstr("vendor")));
  EXPECT_THAT(*text, Not(HasSubstr("trixie")));
  EXPECT_THAT(*text, Not(HasSubstr("contrib")));
}

TEST(AptSources, AnotherSuiteOfTheSameArchive) {
  auto sources = parse_one_line_sources(
      "deb http://mirror.example/debian bookworm main\ndeb http://mirror.example/debian-security bookworm-security "
      "main\n");
  auto text = debian_sources(sources, "trixie");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("Suites: trixie\n"));
  EXPECT_THAT(*text, HasSubstr("Suites: trixie-security\n"));
  EXPECT_THAT(*text, Not(HasSubstr("bookworm")));
}

TEST(AptSources, NoDebian) {
  auto text = debian_sources(parse_one_line_sources("deb http://vendor.example/tools stable main\n"), "bookworm");
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().hint, HasSubstr("bookworm"));
}

class Base : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<util::TemporaryDirectory>(
        *util::TemporaryDirectory::create(fs::temp_directory_path(), "base-test"));
  }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_->path() / path).parent_path());
    std::ofstream(folder_->path() / path) << text;
  }
  std::unique_ptr<util::TemporaryDirectory> folder_;
};

TEST_F(Base, DescribesDebianByItsStatus) {
  write("var/lib/dpkg/status",
        "Package: bison\nStatus: install ok installed\nVersion: 2:3.8.2+dfsg-1+b1\n\nPackage: cmake\nVersion: "
        "3.25.1-1\n\n"
        "Package: liblzma-dev\nVersion: 5.4.1-1\n");
  fs::create_directories(folder_->path() / "usr/lib/x86_64-linux-gnu");
  write("etc/ld.so.conf.d/a.conf", "# c\n/usr/lib/x86_64-linux-gnu\n/not/there\n");
  store::BaseRoot base;
  base.root = folder_->path();
  auto description = describe_base(base);
  ASSERT_TRUE(description);
  EXPECT_EQ(description->kind, "debian");
  EXPECT_EQ(description->provides,
            (std::vector<std::string>{"dev-build/cmake-3.25.1 later", "sys-devel/bison-3.8.2 later",
                                      "app-alternatives/yacc-1 later"}));
  EXPECT_EQ(description->library_paths, (std::vector<std::string>{"/usr/lib/x86_64-linux-gnu", "/usr/lib"}));
  EXPECT_EQ(description->adoptable.at("libc.so.6"), "C library");
  EXPECT_FALSE(description->adoptable.contains("libz.so.1"));
}

TEST_F(Base, DescribesGentooByItsDatabase) {
  fs::create_directories(folder_->path() / "var/db/pkg/sys-devel/gcc-13.2.1");
  write("var/db/pkg/dev-lang/python-3.12.3-r1/SLOT", "3.12\n");
  store::BaseRoot base;
  base.root = folder_->path();
  auto description = describe_base(base);
  ASSERT_TRUE(description);
  EXPECT_EQ(description->kind, "gentoo");
  EXPECT_THAT(description->provides, Contains("sys-devel/gcc-13.2.1"));
  EXPECT_THAT(description->provides, Contains("dev-lang/python-3.12.3-r1:3.12"));
}

TEST(Provides, KnownBeforeTheRootIs) {
  EXPECT_THAT(provides_for("debian:bookworm"), Contains("dev-build/cmake-3.25.1 later"));
  EXPECT_THAT(provides_for("debian:bookworm"), Contains("app-arch/xz-utils-5.4.1 later programs"));
  EXPECT_THAT(provides_for("debian:trixie"), Contains("sys-devel/gcc-14.2.0"));
  EXPECT_TRUE(provides_for("tar:x").empty());
}

TEST_F(Base, TidyKeepsOnlyWhatBuildsMayUse) {
  tree::Tree tree;
  auto put = [&](std::string path, int64_t mtime = 5) {
    write(path, "x");
    tree::Entry entry;
    entry.path = std::move(path);
    entry.mtime = mtime;
    tree.put(entry);
  };
  tree::Entry bin;
  bin.path = "bin";
  bin.kind = tree::EntryKind::symlink;
  bin.target = "usr/bin";
  tree.put(bin);
  for (const char* path :
       {"usr/bin/tool", "usr/include/stdio.h", "usr/include/crypt.h", "usr/lib/libcrypt.a", "usr/lib/libcrypt.so.1",
        "usr/lib/libc.a", "usr/lib/pkgconfig/any.pc", "usr/share/doc/a/copyright", "var/log/dpkg.log", "etc/machine-id",
        "etc/debian_version", "var/lib/dpkg/status", "var/lib/dpkg/status-old"})
    put(path, 1'000);
  write("var/lib/dpkg/info/tool.list", "/.\n/bin\n/bin/tool\n");
  write("var/lib/dpkg/info/libc6-dev:amd64.list", "/usr/include/stdio.h\n/usr/lib/libc.a\n");
  write("var/lib/dpkg/info/libcrypt-dev:amd64.list", "/usr/include/crypt.h\n/usr/lib/libcrypt.a\n");
  write("var/lib/dpkg/info/libcrypt1:amd64.list", "/usr/lib/libcrypt.so.1\n");
  auto tidied = tidy_debian_root(folder_->path(), tree, 500);
  ASSERT_TRUE(tidied) << tidied.error().message();
  std::vector<std::string> paths;
  for (const tree::Entry& entry : tree.entries) paths.push_back(entry.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"bin", "usr/bin/tool", "usr/include/stdio.h", "usr/lib/libc.a",
                                             "usr/lib/libcrypt.so.1", "var/lib/dpkg/status"}));
  EXPECT_EQ(tree.find("usr/bin/tool")->owner, "tool");
  EXPECT_EQ(tree.find("usr/lib/libcrypt.so.1")->owner, "libcrypt1");
  EXPECT_EQ(tree.find("var/lib/dpkg/status")->owner, "(base)");
  EXPECT_EQ(tree.find("usr/bin/tool")->mtime, 500);
  EXPECT_FALSE(fs::exists(folder_->path() / "usr/include/crypt.h"));
  EXPECT_TRUE(fs::exists(folder_->path() / "usr/lib/libc.a"));
}

TEST_F(Base, StandInsLeaveThePythonOfPackagesAlone) {
  tree::Tree tree;
  auto put = [&](const std::string& path, const std::string& text) {
    write(path, text);
    tree::Entry entry;
    entry.path = path;
    entry.size = text.size();
    entry.mode = 0755;
    entry.owner = "some";
    tree.put(entry);
  };
  for (const char* folder : {"usr/sbin", "usr/lib/x86_64-linux-gnu", "etc/ld.so.conf.d"})
    fs::create_directories(folder_->path() / folder);
  put("usr/bin/python3.11", "ELF");
  put("usr/bin/tool", "#!/usr/bin/python3\nimport tool\n");
  put("usr/bin/other", "#!/usr/bin/python3.11\n");
  put("usr/bin/shell", "#!/bin/sh\n#!/usr/bin/python3\n");
  fs::create_symlink("python3.11", folder_->path() / "usr/bin/python3");
  auto added = add_debian_stand_ins(folder_->path(), tree, "x86_64", 500);
  ASSERT_TRUE(added) << added.error().message();
  // With a dev-lang/python in the build root, python3 is that one, and has none of the modules of this root's scripts.
  EXPECT_EQ(*util::read_file(folder_->path() / "usr/bin/tool"), "#!/usr/bin/python3.11\nimport tool\n");
  EXPECT_EQ(tree.find("usr/bin/tool")->size, 34u);
  EXPECT_EQ(tree.find("usr/bin/tool")->mode, 0755u);
  EXPECT_EQ(tree.find("usr/bin/tool")->owner, "some");
  EXPECT_EQ(fs::read_symlink(folder_->path() / "usr/bin/python3.13"), "python3.11");
  EXPECT_EQ(tree.find("usr/bin/python3.13")->target, "python3.11");
  EXPECT_EQ(*util::read_file(folder_->path() / "usr/bin/shell"), "#!/bin/sh\n#!/usr/bin/python3\n");
  EXPECT_THAT(*util::read_file(folder_->path() / "usr/bin/meson-format-array"), HasSubstr("#!/usr/bin/python3.11\n"));
}

}  // namespace
}  // namespace cooper::sandbox

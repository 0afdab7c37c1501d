// Adoption, the loader's cache and the proof, on ELF files that gcc makes here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/adopt.h"
#include "image/gconv.h"
#include "image/layout.h"
#include "image/ld_cache.h"
#include "image/libraries.h"
#include "image/proof.h"
#include "support.h"

namespace cooper::image {
namespace {

namespace fs = std::filesystem;
using test::Workplace;
using testing::HasSubstr;

// A base root with a C library of ours: libc.so.6, the loader, and a library that may not be adopted. And a program
// that needs them.
class AdoptTest : public testing::Test {
 protected:
  void SetUp() override {
    cc("libc.so.6", "-shared -nostdlib -Wl,-soname,libc.so.6",
       "int puts(const char* s) { return s != 0; } const char* v = \"GLIBC_2.34\";");
    cc("ld.so", "-shared -nostdlib -Wl,-soname,ld-linux-x86-64.so.2", "int start;");
    cc("libforeign.so.1", "-shared -nostdlib -Wl,-soname,libforeign.so.1", "int foreign;");
    cc("libgcc_s.so.1", "-shared -nostdlib -Wl,-soname,libgcc_s.so.1", "int unwind;");
    base.tree.entries = {
        Workplace::symlink("lib", "usr/lib", "base-files"),
        Workplace::symlink("lib64", "usr/lib64", "base-files"),
        Workplace::symlink("usr/lib64/ld-linux-x86-64.so.2", "/lib/multi/ld-linux-x86-64.so.2", "libc6"),
        place.file_from("usr/lib/multi/ld-linux-x86-64.so.2", work() / "ld.so", 0755, "libc6"),
        place.file_from("usr/lib/multi/libc-2.so", work() / "libc.so.6", 0755, "libc6"),
        Workplace::symlink("usr/lib/multi/libc.so.6", "libc-2.so", "libc6"),
        place.file_from("usr/lib/multi/libforeign.so.1", work() / "libforeign.so.1", 0644, "libforeign1"),
        place.file_from("usr/lib/multi/libgcc_s.so.1", work() / "libgcc_s.so.1", 0644, "libgcc-s1"),
        Workplace::directory("usr/lib/multi/gconv"),
        place.file("usr/lib/multi/gconv/gconv-modules",
                   "alias LATIN2// ISO-8859-2//\nmodule ISO-8859-2// INTERNAL ISO8859-2 1\nmodule INTERNAL "
                   "ISO-8859-2// ISO8859-2 1\n"
                   "module CP1252// INTERNAL CP1252 1\n",
                   0644, "libc6"),
        place.file("usr/lib/multi/gconv/ISO8859-2.so", "module", 0644, "libc6")};
    base.tree.sort();
    description.adoptable = {
        {"libc.so.6", "C library"}, {"ld-linux-x86-64.so.2", "loader"}, {"libgcc_s.so.1", "unwinder"}};
    description.library_paths = {"/lib/multi"};
    input.base = &base;
    input.base_description = &description;
    input.spec = &spec;
  }

  fs::path work() const { return place.path() / "work"; }
  void cc(const std::string& name, const std::string& flags, const std::string& source) {
    fs::create_directories(work());
    ASSERT_OK(util::write_file(work() / (name + ".c"), source));
    test::shell("gcc -fno-builtin -fno-stack-protector -o " + (work() / name).string() + " " +
                (work() / (name + ".c")).string() + " " + flags);
  }
  void program(const std::string& path, const std::string& libraries,
               const std::string& source = "int puts(const char*); void _start(void) { puts(\"x\"); }") {
    cc("program",
       "-nostdlib -fPIE -pie -Wl,--no-as-needed -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 " + libraries, source);
    ASSERT_OK(draft.put(place.file_from(path, work() / "program", 0755)));
  }
  std::string lib(const char* name) const { return (work() / name).string(); }

  Workplace place;
  Draft draft{place.path() / "made", 1000};
  store::BaseRoot base;
  sandbox::BaseDescription description;
  spec::ImageSpec spec;
  AssembleInput input;
  std::vector<std::string> warnings;
};

TEST_F(AdoptTest, TakesWhatIsNeededWithItsLinks) {
  ASSERT_OK(draft.put_directory("usr/lib"));
  ASSERT_OK(draft.put_symlink("lib", "usr/lib"));
  ASSERT_OK(draft.put_directory("usr/lib64"));
  ASSERT_OK(draft.put_symlink("lib64", "usr/lib64"));
  program("usr/bin/x", lib("libc.so.6"));
  auto adopted = adopt(draft, input, warnings);
  ASSERT_OK(adopted);
  ASSERT_EQ(adopted->size(), 2u);
  EXPECT_EQ((*adopted)[0].path, "usr/lib/multi/ld-linux-x86-64.so.2");
  EXPECT_EQ((*adopted)[1].path, "usr/lib/multi/libc-2.so");
  EXPECT_EQ((*adopted)[1].soname, "libc.so.6");
  EXPECT_EQ((*adopted)[1].base_package, "libc6");
  EXPECT_EQ((*adopted)[1].needed_by, "usr/bin/x");
  EXPECT_EQ(draft.open("/lib64/ld-linux-x86-64.so.2")->owner, "(base)");
  EXPECT_EQ(draft.open("/lib/multi/libc.so.6")->path, "usr/lib/multi/libc-2.so");
  EXPECT_FALSE(draft.find("usr/lib/multi/libgcc_s.so.1"));
  EXPECT_FALSE(draft.find("usr/lib/multi/gconv"));

  std::vector<std::string> folders = library_folders(draft, description.library_paths);
  ASSERT_OK(put_ld_cache(draft, folders));
  EXPECT_THAT(**draft.read("etc/ld.so.conf"), HasSubstr("/usr/lib/multi\n"));
  Accounts accounts{{{"root", 0, 0}}, {}};
  ASSERT_OK(prove(draft, spec, accounts, folders, warnings));
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  draft.erase("usr/lib/multi/libc-2.so");
  Result<> proof = prove(draft, spec, accounts, folders, warnings);
  ASSERT_FALSE(proof);
  EXPECT_THAT(proof.error().message(), testing::AllOf(HasSubstr("/usr/bin/x"), HasSubstr("libc.so.6")));
}

TEST_F(AdoptTest, TheImagesOwnLibraryComesFirst) {
  program("usr/bin/x", lib("libc.so.6"));
  ASSERT_OK(draft.put(place.file_from("usr/lib64/libc.so.6", work() / "libc.so.6")));
  auto adopted = adopt(draft, input, warnings);
  ASSERT_OK(adopted);
  ASSERT_EQ(adopted->size(), 1u);  // the loader
}

TEST_F(AdoptTest, RunpathIsFollowed) {
  program("opt/x/bin/x", lib("libforeign.so.1") + " " + lib("libc.so.6") + " -Wl,-rpath,'$ORIGIN/../lib'");
  EXPECT_FALSE(adopt(draft, input, warnings));
  ASSERT_OK(draft.put(place.file_from("opt/x/lib/libforeign.so.1", work() / "libforeign.so.1")));
  ASSERT_OK(adopt(draft, input, warnings));
}

TEST_F(AdoptTest, UndeclaredLibrariesAreAnErrorThatSaysWhose) {
  program("usr/bin/x", lib("libforeign.so.1") + " " + lib("libc.so.6"));
  auto adopted = adopt(draft, input, warnings);
  ASSERT_FALSE(adopted);
  EXPECT_THAT(adopted.error().message(), testing::AllOf(HasSubstr("/usr/bin/x"), HasSubstr("a/b-1"),
                                                        HasSubstr("libforeign.so.1"), HasSubstr("libforeign1")));
}

TEST_F(AdoptTest, WhatTheSpecRemovesNeedsNothing) {
  program("usr/bin/x", lib("libforeign.so.1") + " " + lib("libc.so.6"));
  spec.remove = {"/usr/bin/x"};
  ASSERT_OK(adopt(draft, input, warnings));
  spec.keep = {"/usr/bin/*"};
  EXPECT_FALSE(adopt(draft, input, warnings));
}

TEST_F(AdoptTest, CancellingThreadsNeedsTheUnwinder) {
  cc("libc.so.6", "-shared -nostdlib -Wl,-soname,libc.so.6",
     "int pthread_cancel(long t) { return t != 0; } const char* v = \"GLIBC_2.34\";");
  program("usr/bin/x", lib("libc.so.6"), "int pthread_cancel(long); void _start(void) { pthread_cancel(1); }");
  auto adopted = adopt(draft, input, warnings);
  ASSERT_OK(adopted);
  EXPECT_TRUE(draft.find("lib/multi/libgcc_s.so.1") || draft.find("usr/lib/multi/libgcc_s.so.1"));
}

TEST_F(AdoptTest, CharsetsByTheSpecOrByUse) {
  program("usr/bin/x", lib("libc.so.6"));
  spec.charsets = {"latin2", "utf-8", "klingon"};
  ASSERT_OK(adopt(draft, input, warnings));
  const tree::Entry* modules = draft.find("usr/lib/multi/gconv/gconv-modules");
  ASSERT_TRUE(modules);
  std::string text = *util::read_file(modules->source);
  EXPECT_THAT(text, testing::AllOf(HasSubstr("alias LATIN2// ISO-8859-2//"), HasSubstr("module ISO-8859-2//"),
                                   testing::Not(HasSubstr("CP1252"))));
  EXPECT_TRUE(draft.find("usr/lib/multi/gconv/ISO8859-2.so"));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("klingon"));
}

TEST_F(AdoptTest, AWrongEntrypointOrUserIsAnError) {
  Accounts accounts{{{"root", 0, 0}}, {}};
  spec.config.entrypoint = {"/usr/bin/nosuch"};
  EXPECT_FALSE(prove(draft, spec, accounts, {}, warnings));
  ASSERT_OK(draft.put(place.file("usr/bin/script", "#!/usr/bin/env nosuch\n", 0755)));
  ASSERT_OK(draft.put_symlink("usr/bin/link", "gone"));
  ASSERT_OK(draft.put_symlink("etc/mtab", "/proc/mounts"));
  spec.config.entrypoint = {"script"};
  ASSERT_OK(prove(draft, spec, accounts, {}, warnings));
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings[0], HasSubstr("nosuch"));
  EXPECT_THAT(warnings[1], HasSubstr("/usr/bin/link"));
  spec.config.user = "www";
  EXPECT_FALSE(prove(draft, spec, accounts, {}, warnings));
}

// ldconfig itself reads the cache, in the order of its own.
TEST(LdCache, LdconfigReadsIt) {
  if (!fs::exists("/sbin/ldconfig") || host_architecture() != "amd64") GTEST_SKIP() << "no ldconfig for amd64 here";
  Workplace place;
  fs::path root = place.path() / "root";
  fs::create_directories(root / "usr/lib64");
  fs::create_directories(root / "etc");
  ASSERT_OK(util::write_file(root / "etc/ld.so.conf", "/usr/lib64\n"));
  Draft draft(place.path() / "made", 1000);
  ASSERT_OK(util::write_file(place.path() / "x.c", "int x;\n"));
  for (std::string name : {"libz.so.1.2", "libz.so.10", "libabc.so.2", "liba.so.1", "libA.so.1", "libx-1.9.so",
                           "libx-1.10.so", "libfoo_bar.so.3", "ld-linux-x86-64.so.2"}) {
    std::string soname = name == "libz.so.1.2" ? "libz.so.1" : name;
    test::shell("gcc -shared -nostdlib -Wl,-soname," + soname + " -o " + (root / "usr/lib64" / name).string() + " " +
                (place.path() / "x.c").string());
    ASSERT_OK(draft.put(place.file_from("usr/lib64/" + name, root / "usr/lib64" / name)));
  }
  ASSERT_OK(draft.put_symlink("usr/lib64/libz.so", "libz.so.1.2"));
  fs::create_symlink("libz.so.1.2", root / "usr/lib64/libz.so");
  ASSERT_OK(put_soname_links(draft, {"usr/lib64"}));
  ASSERT_OK(put_ld_cache(draft, {"usr/lib64"}));
  EXPECT_EQ(draft.find("usr/lib64/libz.so.1")->target, "libz.so.1.2");
  ASSERT_OK(util::write_file(place.path() / "ours", **draft.read("etc/ld.so.cache")));
  std::string listing = test::shell("/sbin/ldconfig -p -C " + (place.path() / "ours").string());
  std::vector<std::string> order;
  for (std::string_view line : {"libz.so.10", "libz.so.1 ", "libz.so ", "libx-1.10.so", "libx-1.9.so",
                                "libfoo_bar.so.3", "libabc.so.2", "liba.so.1", "libA.so.1", "ld-linux"}) {
    size_t at = listing.find("\t" + std::string(line));
    ASSERT_NE(at, std::string::npos) << line << "\n" << listing;
    order.push_back(std::string(10 - std::to_string(at).size(), '0') + std::to_string(at));
  }
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end())) << listing;
  EXPECT_THAT(listing, HasSubstr("libz.so.1 (libc6,x86-64) => /usr/lib64/libz.so.1"));
}

TEST(Gconv, ChoosesModulesWithAliases) {
  GconvConfig config;
  parse_gconv(
      "# x\nalias L1// ISO-8859-1//\nmodule ISO-8859-1// INTERNAL ISO8859-1 1\nmodule INTERNAL ISO-8859-1// ISO8859-1 "
      "1\n"
      "module A// B// DIRECT 1\nmodule A// INTERNAL A 1\nmodule EVIL// INTERNAL ../../x 1\nbroken\n",
      config);
  GconvChoice choice = choose_gconv(config, {"l1"});
  EXPECT_EQ(choice.files, std::set<std::string>{"ISO8859-1.so"});
  EXPECT_EQ(
      choice.config,
      "alias L1// ISO-8859-1//\nmodule ISO-8859-1// INTERNAL ISO8859-1 1\nmodule INTERNAL ISO-8859-1// ISO8859-1 1\n");
  EXPECT_EQ(choose_gconv(config, {"A"}).files, std::set<std::string>{"A.so"});
  EXPECT_EQ(choose_gconv(config, {"EVIL"}).unknown, std::vector<std::string>{"EVIL"});
}

}  // namespace
}  // namespace cooper::image

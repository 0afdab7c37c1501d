// QA: what is a warning and what an error.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build/quality.h"
#include "util/file.h"

namespace cooper::build {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class QualityOf : public testing::Test {
 protected:
  tree::Entry& put(std::string path, uint32_t mode = 0644, tree::EntryKind kind = tree::EntryKind::file) {
    tree::Entry entry;
    entry.path = path;
    entry.kind = kind;
    entry.mode = mode;
    tree_.put(entry);
    return *tree_.find(path);
  }
  void put_text(std::string path, const std::string& text) {
    fs::path file = folder_->path() / std::to_string(tree_.entries.size());
    std::ofstream(file) << text;
    tree::Entry& entry = put(std::move(path));
    entry.size = text.size();
    entry.source = file;
  }
  tree::ElfFacts& elf(std::string path, std::vector<std::string> runpath = {}) {
    tree::ElfFacts facts;
    facts.path = std::move(path);
    facts.runpath = std::move(runpath);
    facts.machine = "x86_64";
    facts.interpreter = "/lib64/ld-linux-x86-64.so.2";
    elf_.push_back(std::move(facts));
    return elf_.back();
  }
  Quality check() {
    QualityInput input{tree_, elf_, "/var/tmp/portage/app-misc/x-1", variables_};
    input.exemptions = Exemptions::parse(exemptions_);
    input.binary_checks = binary_checks_;
    auto quality = check_quality(input);
    if (!quality) ADD_FAILURE() << quality.error().message();
    return quality ? *quality : Quality{};
  }

  std::unique_ptr<util::TemporaryDirectory> folder_ = std::make_unique<util::TemporaryDirectory>(
      *util::TemporaryDirectory::create(fs::temp_directory_path(), "quality-test"));
  tree::Tree tree_;
  std::vector<tree::ElfFacts> elf_;
  std::map<std::string, std::string> variables_ = {{"CHOST", "x86_64-pc-linux-gnu"}};
  std::string exemptions_;
  bool binary_checks_ = true;
};

TEST_F(QualityOf, GoodFilesAreFine) {
  put("var", 0755, tree::EntryKind::directory);
  put("var/tmp", 01777, tree::EntryKind::directory);
  put("usr/bin/su", 04755);
  put("usr/lib/link", 0777, tree::EntryKind::symlink);
  put("usr/lib/libx.a");
  put_text("usr/share/text", std::string(100, 'x'));
  elf("usr/bin/su", {"/usr/lib/su", "$ORIGIN/../lib"}).runpath.pop_back();
  Quality quality = check();
  EXPECT_THAT(quality.warnings, IsEmpty());
  EXPECT_THAT(quality.errors, IsEmpty());
}

TEST_F(QualityOf, ModesAndPlaces) {
  put("usr/bin/open", 0666);
  put("data/x");
  put("data/y");
  put("usr/bin/suid", 04775);
  put("usr/bin/shared", 0775).gid = 100;
  EXPECT_THAT(check().warnings,
              ElementsAre(HasSubstr("/data is no place"), HasSubstr("/usr/bin/open can be written by everybody"),
                          HasSubstr("/usr/bin/shared is a program that its group 100"), HasSubstr("/usr/bin/suid")));
}

TEST_F(QualityOf, RunPaths) {
  put("usr/bin/suid", 04755);
  elf("usr/bin/a", {"/var/tmp/portage/app-misc/x-1/work/lib"});
  elf("usr/bin/b", {"", "lib", "/usr/lib/php"});
  elf("usr/bin/suid", {"$ORIGIN/../lib"});
  Quality quality = check();
  EXPECT_THAT(quality.warnings, ElementsAre(HasSubstr("/usr/bin/a"), HasSubstr("/usr/bin/b looks for libraries in ''"),
                                            HasSubstr("/usr/bin/b looks for libraries in 'lib'")));
  ASSERT_THAT(quality.errors, SizeIs(1));
  EXPECT_EQ(quality.errors[0].where, "/usr/bin/suid");
}

TEST_F(QualityOf, PathsOfTheBuild) {
  put_text("usr/bin/x", std::string(1000, 'x') + "/var/tmp/portage/app-misc/x-1/work/x.c");
  put_text("usr/lib/libx.la", "libdir='/var/tmp/portage/app-misc/x-1/image/usr/lib'");
  put_text("usr/lib/liby.la", "dependency_libs='/var/tmp/portage/app-misc/x-1/work/libz.la'");
  put("usr/lib/liby.so");
  Quality quality = check();
  EXPECT_THAT(quality.warnings, ElementsAre(HasSubstr("/usr/bin/x holds the path of its build"),
                                            HasSubstr("/usr/lib/liby.la is a libtool file"),
                                            HasSubstr("/usr/lib/liby.la holds the path of its build")));
  ASSERT_THAT(quality.errors, SizeIs(1));
  EXPECT_EQ(quality.errors[0].where, "/usr/lib/libx.la");
}

TEST_F(QualityOf, Libraries) {
  tree::ElfFacts& library = elf("usr/lib/libx.so.1");
  library.interpreter.clear();
  EXPECT_THAT(check().warnings, ElementsAre(HasSubstr("without SONAME")));
  library.soname = "libx.so.1";
  EXPECT_THAT(check().warnings, IsEmpty());
  variables_["ABI"] = "amd64";
  variables_["LIBDIR_amd64"] = "lib64";
  EXPECT_THAT(check().warnings, ElementsAre(HasSubstr("LIBDIR of this profile is lib64")));
  variables_["MULTILIB_STRICT_DIRS"] = "/lib /usr/lib";
  EXPECT_THAT(check().errors, SizeIs(1));
  library.bits = 32;
  library.machine = "i386";
  Quality quality = check();
  EXPECT_THAT(quality.errors, IsEmpty());
  EXPECT_THAT(quality.warnings, ElementsAre(HasSubstr("is for i386, but the package is built for x86_64")));
}

TEST_F(QualityOf, FlawedCode) {
  elf("usr/bin/a").text_relocations = true;
  elf("usr/bin/b").executable_stack = true;
  elf("opt/x/c").writable_code = true;
  EXPECT_THAT(check().warnings, ElementsAre(HasSubstr("/usr/bin/a has text relocations"),
                                            HasSubstr("/usr/bin/b asks for an executable stack"),
                                            HasSubstr("/opt/x/c has a segment that is writable and executable")));
  exemptions_ = "TEXTRELS\tusr/*\nEXECSTACK\tusr/bin/[a]\nPREBUILT\t/opt/*\n";
  EXPECT_THAT(check().warnings, ElementsAre(HasSubstr("/usr/bin/b asks")));
  exemptions_.clear();
  binary_checks_ = false;
  EXPECT_THAT(check().warnings, IsEmpty());
}

TEST_F(QualityOf, ExemptLibraries) {
  variables_ = {{"ABI", "amd64"},
                {"LIBDIR_amd64", "lib64"},
                {"MULTILIB_STRICT_DIRS", "/usr/lib"},
                {"CHOST", "x86_64-pc-linux-gnu"}};
  elf("usr/lib/libx.so.1").interpreter.clear();
  EXPECT_THAT(check().errors, SizeIs(1));
  exemptions_ = "PREBUILT\tusr/lib/*\n";
  EXPECT_THAT(check().errors, SizeIs(1));
  exemptions_ = "MULTILIB_PATHS\tusr/lib/libx.so\n";  // the whole path counts
  EXPECT_THAT(check().errors, SizeIs(1));
  exemptions_ = "MULTILIB_PATHS\t/usr/lib/.*\n";
  EXPECT_THAT(check().errors, IsEmpty());
  EXPECT_THAT(check().warnings, ElementsAre(HasSubstr("without SONAME")));
  exemptions_ += "broken\nSONAME\t\\(\nSONAME\tusr/lib/lib[a-z]\\.so\\.1\n";
  EXPECT_THAT(check().warnings, IsEmpty());
}

TEST_F(QualityOf, ManyOfAKindAreCounted) {
  for (int i = 0; i < 100; ++i) put("etc/" + std::to_string(i), 0666);
  EXPECT_THAT(check().warnings, SizeIs(13));
  EXPECT_THAT(check().warnings.back(), HasSubstr("88 more files"));
}

TEST_F(QualityOf, Errors) {
  put("usr/bin/suid", 04777);
  put("lib/libx.a");
  put("var/tmp/portage/app-misc/x-1/image", 0755, tree::EntryKind::directory);
  std::vector<std::string> places;
  for (const QualityError& error : check().errors) places.push_back(error.where);
  EXPECT_THAT(places, ElementsAre("/lib/libx.a", "/usr/bin/suid", "/var/tmp/portage/app-misc/x-1/image"));
}

}  // namespace
}  // namespace cooper::build

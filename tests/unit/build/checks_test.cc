// Stray writes, undeclared libraries; environment, keys and folders of actions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "build/action.h"
#include "build/checks.h"
#include "build/environment.h"
#include "util/file.h"

namespace cooper::build {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<util::TemporaryDirectory>(
        *util::TemporaryDirectory::create(fs::temp_directory_path(), "build-test"));
  }
  fs::path write(const std::string& path, const std::string& text = "x") const {
    fs::create_directories((folder_->path() / path).parent_path());
    std::ofstream(folder_->path() / path) << text;
    return folder_->path() / path;
  }
  std::unique_ptr<util::TemporaryDirectory> folder_;
};

TEST_F(Folder, StrayWrites) {
  fs::create_directories(folder_->path() / "low/usr/lib");
  fs::create_directories(folder_->path() / "low/etc");
  write("upper/tmp/x");
  write("upper/var/tmp/portage/x");
  write("upper/cooper/state/x");
  write("upper/etc/ld.so.cache");
  write("upper/usr/lib/python3/__pycache__/m.pyc");
  auto none = stray_writes(folder_->path() / "upper", {folder_->path() / "low"});
  ASSERT_TRUE(none);
  EXPECT_THAT(*none, ElementsAre("/usr/lib/python3/"));  // new, though only a cache is in it
  write("upper/etc/passwd");
  fs::create_directories(folder_->path() / "upper/opt/empty");
  fs::create_directories(folder_->path() / "upper/usr/lib/python3");
  fs::create_directories(folder_->path() / "low/usr/lib/python3");
  EXPECT_THAT(*stray_writes(folder_->path() / "upper", {folder_->path() / "low"}),
              ElementsAre("/etc/passwd", "/opt/empty/"));
}

tree::ElfFacts elf(std::string path, std::vector<std::string> needed, std::vector<std::string> runpath = {}) {
  tree::ElfFacts facts;
  facts.path = std::move(path);
  facts.needed = std::move(needed);
  facts.runpath = std::move(runpath);
  return facts;
}

TEST_F(Folder, UndeclaredLibraries) {
  write("layer/usr/lib/libfoo.so.1");
  write("layer/usr/lib/private/libbar.so.1");
  ActionLayer layer;
  layer.root = folder_->path() / "layer";
  store::BaseRoot base;
  tree::Entry libz;
  libz.path = "usr/lib/x86_64-linux-gnu/libz.so.1";
  libz.owner = "zlib1g";
  base.tree.put(libz);
  sandbox::BaseDescription description;
  description.adoptable = {{"libc.so.6", "C library"}};
  tree::Tree tree;
  tree::Entry own;
  own.path = "usr/lib/libown.so.2";
  tree.put(own);

  auto find = [&](const tree::ElfFacts& file) {
    return undeclared_libraries(tree, {file}, {layer}, base, description);
  };
  EXPECT_TRUE(find(elf("usr/bin/a", {"libc.so.6", "libown.so.2", "libfoo.so.1"})).empty());
  EXPECT_TRUE(find(elf("usr/bin/a", {"libbar.so.1"}, {"$ORIGIN/../lib/private"})).empty());
  EXPECT_TRUE(find(elf("usr/bin/a", {"libbar.so.1"}, {"/usr/lib/private"})).empty());
  auto missing = find(elf("usr/bin/a", {"libbar.so.1", "libz.so.1"}));
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(missing[0].soname, "libbar.so.1");
  EXPECT_EQ(missing[0].base_package, "");
  EXPECT_EQ(missing[1].file, "usr/bin/a");
  EXPECT_EQ(missing[1].base_package, "zlib1g");
}

TEST(Environment, Phases) {
  BuildAction action;
  action.cpv = "a/b-1";
  action.eapi = "8";
  action.use = {"nls", "python_targets_x"};
  action.variables = {{"CFLAGS", "-O2"}, {"PATH", "/usr/bin"}};
  action.distfiles = {{"b-1.tar.xz", "/d/b-1.tar.xz", "x"}, {"b.patch", "/d/b.patch", "y"}};
  auto environment = phase_environment(action, *phases::package_names(action.cpv));
  EXPECT_EQ(environment["A"], "b-1.tar.xz b.patch");
  EXPECT_EQ(environment["USE"], "nls python_targets_x");
  EXPECT_EQ(environment["PATH"], "/cooper/bin:/usr/bin");
  EXPECT_EQ(environment["D"], "/var/tmp/portage/a/b-1/image");
  EXPECT_EQ(environment["CFLAGS"], "-O2");
  ActionLayer layer;
  layer.cpv = "c/d-2";
  layer.slot = "0";
  layer.subslot = "5";
  layer.repository = "cooper";
  layer.use = {"ssl"};
  layer.iuse = {"ssl", "zip"};
  action.layers = {layer};
  action.base_provides = {"dev-build/make-4.3"};
  EXPECT_EQ(package_lines(action), "c/d-2 0/5 cooper ssl -zip\ndev-build/make-4.3 * base\n");
}

class Keys : public Folder {
 protected:
  BuildAction action() const {
    BuildAction action;
    action.cpv = "a/b-1";
    action.eapi = "8";
    action.slot = "0";
    action.ebuild = write("a/b/b-1.ebuild", "EAPI=8\n");
    write("a/b/files/fix.patch", "patch");
    action.files = folder_->path() / "a/b/files";
    action.eclasses = {{"one", write("eclass/one.eclass", "one")}};
    write("runtime/ebuild.bash", "run");
    action.runtime = folder_->path() / "runtime";
    action.helper = write("bin/cooper-helper", "helper");
    action.distfiles = {{"b.tar", "/nowhere/b.tar", "sha512:aa"}};
    action.use = {"x", "y"};
    action.iuse = {"x", "y", "z"};
    action.variables = {{"CFLAGS", "-O2"}};
    action.base = "base";
    ActionLayer layer;
    layer.cpv = "c/d-2";
    layer.output_digest = "11";
    layer.root = "/nowhere/c";
    action.layers = {layer};
    return action;
  }
};

TEST_F(Keys, ChangeWithWhatCanChangeTheResult) {
  BuildAction original = action();
  std::string key = *build_key(original);
  EXPECT_EQ(key.size(), 64u);
  auto changed = [&](auto change) {
    BuildAction other = original;
    change(other);
    return *build_key(other) != key;
  };
  EXPECT_TRUE(changed([](BuildAction& a) { a.use.pop_back(); }));
  EXPECT_TRUE(changed([](BuildAction& a) { a.variables["CFLAGS"] = "-O3"; }));
  EXPECT_TRUE(changed([](BuildAction& a) { a.distfiles[0].digest = "sha512:bb"; }));
  EXPECT_TRUE(changed([](BuildAction& a) { a.layers[0].output_digest = "22"; }));
  EXPECT_TRUE(changed([](BuildAction& a) { a.base = "other"; }));
  EXPECT_TRUE(changed([](BuildAction& a) { a.run_tests = true; }));
  // Not with where things lie or the order of flags.
  EXPECT_FALSE(changed([](BuildAction& a) { a.distfiles[0].path = "/elsewhere"; }));
  EXPECT_FALSE(changed([](BuildAction& a) { a.layers[0].root = "/elsewhere"; }));
  EXPECT_FALSE(changed([](BuildAction& a) { std::swap(a.use[0], a.use[1]); }));
  EXPECT_FALSE(changed([](BuildAction& a) { a.runtime_digest = *runtime_digest(a.runtime, a.helper); }));
  for (const char* file :
       {"a/b/b-1.ebuild", "a/b/files/fix.patch", "eclass/one.eclass", "runtime/ebuild.bash", "bin/cooper-helper"}) {
    write(file, "changed");
    EXPECT_NE(*build_key(original), key) << file;
    key = *build_key(original);
  }
}

TEST_F(Keys, FoldersOfActionsKeepTheKey) {
  BuildAction original = action();
  original.properties = {"live"};
  original.restrict = {"test"};
  original.base_provides = {"dev-build/make-4.3"};
  original.source_date_epoch = 123;
  original.facts.description = "Does b";
  fs::path directory = folder_->path() / "action";
  auto written = write_action(original, directory);
  ASSERT_TRUE(written) << written.error().message();
  auto read = read_action(directory);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*build_key(*read), *build_key(original));
  EXPECT_EQ(read->facts.description, "Does b");
  std::ofstream(directory / "action.json") << "{}";
  EXPECT_FALSE(read_action(directory));
}

}  // namespace
}  // namespace cooper::build

// Small repositories in temporary folders.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "repository/config.h"
#include "repository/repository.h"
#include "util/file.h"

namespace cooper::repository {

class Fixture : public ::testing::Test {
 protected:
  // A repository with one profile, "amd64".
  std::filesystem::path add_repository(const std::string& name,
                                       const std::string& layout = "masters =\nthin-manifests = true\n") {
    std::filesystem::path root = path(name);
    write(root / "profiles/repo_name", name + "\n");
    write(root / "profiles/eapi", "8\n");
    write(root / "profiles/categories", "cat\nsys\n");
    write(root / "profiles/arch.list", "amd64\narm64\n");
    write(root / "metadata/layout.conf", layout);
    write(root / "profiles/amd64/eapi", "8\n");
    write(root / "profiles/amd64/make.defaults",
          "ARCH=\"amd64\"\nACCEPT_KEYWORDS=\"amd64\"\nUSE_EXPAND=\"ELIBC "
          "PYTHON_TARGETS\"\nUSE_EXPAND_UNPREFIXED=\"ARCH\"\n"
          "USE_EXPAND_IMPLICIT=\"ARCH ELIBC\"\nUSE_EXPAND_VALUES_ARCH=\"amd64 arm64\"\nUSE_EXPAND_VALUES_ELIBC=\"glibc "
          "musl\"\n"
          "ELIBC=\"glibc\"\nIUSE_IMPLICIT=\"prefix\"\n");
    return root;
  }
  std::filesystem::path path(const std::string& relative) const { return folder_.path() / relative; }
  static void write(const std::filesystem::path& file, const std::string& text) {
    auto written = util::write_file(file, text);
    ASSERT_TRUE(written) << written.error().message();
  }
  // An ebuild with the usual variables and `more`.
  void ebuild(const std::filesystem::path& root, const std::string& file, const std::string& more = "",
              const std::string& eapi = "8") {
    write(root / file, "EAPI=" + eapi + "\nDESCRIPTION=\"a package\"\nSLOT=\"0\"\nKEYWORDS=\"amd64\"\n" + more);
  }
  OpenOptions sourcing(bool cache = false) const {
    OpenOptions options;
    options.runtime = COOPER_SOURCE "/runtime";
    if (cache) options.cache = path("cache");
    return options;
  }
  std::shared_ptr<Repository> open(const std::filesystem::path& root,
                                   std::vector<std::shared_ptr<Repository>> others = {}) {
    return open(root, std::move(others), sourcing());
  }
  std::shared_ptr<Repository> open(const std::filesystem::path& root, std::vector<std::shared_ptr<Repository>> others,
                                   OpenOptions options) {
    auto opened = Repository::open(root, std::move(others), std::move(options));
    EXPECT_TRUE(opened) << opened.error().message();
    return opened ? *opened : nullptr;
  }
  // The only version of a package; fails the test and gives null where there is none.
  const Package* only(const Repository& repository, const std::string& category, const std::string& package) {
    auto versions = repository.versions({category, package});
    EXPECT_EQ(versions.size(), 1u) << category << "/" << package << problems_text(repository);
    return versions.size() == 1 ? versions[0] : nullptr;
  }
  static std::string problems_text(const Repository& repository) {
    std::string text;
    for (const Problem& problem : repository.problems()) text += "\n" + problem.where + ": " + problem.what;
    return text;
  }
  static std::string raw(const Package& package, const std::string& key) {
    return std::string(package.metadata.key(key));
  }
  static std::shared_ptr<Config> config(const std::vector<std::shared_ptr<Repository>>& repositories,
                                        const std::string& profile, UserSettings settings = {}) {
    auto loaded = Config::load(repositories, profile, std::move(settings));
    EXPECT_TRUE(loaded) << loaded.error().message();
    return loaded ? *loaded : nullptr;
  }

 private:
  util::TemporaryDirectory folder_ =
      *util::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "cooper-test");
};

}  // namespace cooper::repository

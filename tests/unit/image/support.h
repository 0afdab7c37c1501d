// Helpers of the image tests: trees with files made on the spot.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tree/tree.h"
#include "util/file.h"
#include "util/hash.h"

namespace cooper::image::test {

namespace fs = std::filesystem;

// A folder that goes away with the test, and entries whose bytes lie in it.
class Workplace {
 public:
  Workplace() : directory_(*util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-image-test")) {}
  const fs::path& path() const { return directory_.path(); }

  tree::Entry file(std::string path, std::string_view content, uint32_t mode = 0644, std::string owner = "a/b-1") {
    tree::Entry entry;
    entry.path = std::move(path);
    entry.mode = mode;
    entry.size = content.size();
    entry.digest = util::hash(util::HashAlgorithm::sha256, content);
    entry.owner = std::move(owner);
    entry.source = path_of(entry.digest);
    (void)util::write_file(entry.source, content);
    return entry;
  }
  // A file that lies on disk already.
  tree::Entry file_from(std::string path, const fs::path& source, uint32_t mode = 0755, std::string owner = "a/b-1") {
    tree::Entry entry = file(std::move(path), *util::read_file(source), mode, std::move(owner));
    return entry;
  }
  static tree::Entry directory(std::string path, uint32_t mode = 0755, std::string owner = "a/b-1") {
    tree::Entry entry;
    entry.path = std::move(path);
    entry.kind = tree::EntryKind::directory;
    entry.mode = mode;
    entry.owner = std::move(owner);
    return entry;
  }
  static tree::Entry symlink(std::string path, std::string target, std::string owner = "a/b-1") {
    tree::Entry entry;
    entry.path = std::move(path);
    entry.kind = tree::EntryKind::symlink;
    entry.mode = 0777;
    entry.target = std::move(target);
    entry.owner = std::move(owner);
    return entry;
  }

 private:
  fs::path path_of(const std::string& digest) const { return directory_.path() / ("bytes-" + digest); }
  util::TemporaryDirectory directory_;
};

// Output of a shell command; the test fails where the command does.
inline std::string shell(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (size_t n; pipe && (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << out;
  return out;
}

// Ends the test with the error's message where a Result failed.
#define ASSERT_OK(expression)                                      \
  do {                                                             \
    auto&& result_ = (expression);                                 \
    ASSERT_TRUE(result_.has_value()) << result_.error().message(); \
  } while (false)

}  // namespace cooper::image::test

// Files that a build left in the hands of an ebuild.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phases/owners.h"
#include "phases/state.h"
#include "util/file.h"

namespace cooper::phases {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using testing::HasSubstr;

class State : public testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_->path() / name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::unique_ptr<util::TemporaryDirectory> folder_ = std::make_unique<util::TemporaryDirectory>(
      *util::TemporaryDirectory::create(fs::temp_directory_path(), "state-test"));
};

TEST_F(State, ReadsPlainFilesOnly) {
  write("plain", "text");
  EXPECT_EQ(read_left_file(path("plain"))->value(), "text");
  EXPECT_EQ(*read_left_file(path("absent")), std::nullopt);
  fs::create_symlink(path("plain"), path("link"));
  EXPECT_THAT(read_left_file(path("link")).error().message(), HasSubstr("symbolic link in place of its file 'link'"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(read_left_file(path("pipe")).error().message(), HasSubstr("something else in place"));
  write("huge", "");
  fs::resize_file(path("huge"), uint64_t{1} << 40);
  EXPECT_THAT(read_left_file(path("huge")).error().message(), HasSubstr("huge"));
}

TEST_F(State, LinksOfARootStayInIt) {
  fs::create_directories(path("root/etc"));
  write("secret", "of the host");
  write("root/inside", "of the root");
  fs::create_symlink(path("secret"), path("root/etc/out"));
  fs::create_symlink("/inside", path("root/etc/in"));
  fs::create_symlink("../../../../../inside", path("root/etc/up"));
  EXPECT_EQ(read_in_root(path("root"), "etc/out"), std::nullopt);
  EXPECT_EQ(read_in_root(path("root"), "etc/in"), "of the root");
  EXPECT_EQ(read_in_root(path("root"), "etc/up"), "of the root");
}

TEST_F(State, TheLastLines) {
  write("log", "a\nb\nc\n");
  EXPECT_EQ(last_lines(path("log"), 2), "b\nc");
  EXPECT_EQ(last_lines(path("log"), 9), "a\nb\nc");
  EXPECT_EQ(last_lines(path("absent"), 9), "");
  EXPECT_EQ(last_lines_of("one", 1), "one");
  EXPECT_EQ(last_lines_of("one\ntwo", 1), "two");
  EXPECT_EQ(last_lines_of("", 3), "");
  EXPECT_EQ(last_lines_of("x\n\x1b[31mred\x1b[0m\r\n", 1), "red");
}

TEST_F(State, EndlessLogsAreShortened) {
  write("log", "first\n" + std::string(5 << 20, 'x') + "\nlast\n");
  shorten_log(path("log"));
  std::string text = *util::read_file(path("log"));
  EXPECT_LT(text.size(), size_t{3} << 20);
  EXPECT_TRUE(text.starts_with("first\n"));
  EXPECT_TRUE(text.ends_with("\nlast\n"));
  EXPECT_THAT(text, HasSubstr("left out"));
}

TEST(OwnerRecords, DamageIsToldAndTheUnknownLeftOut) {
  std::string ledger = "new\tkind\t/x\0own\ta\tb\t/x\ty\0own\ta\tb\trelative\0"s;  // the records point into it
  auto records = parse_owner_records(ledger);
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].path, "/x\ty");
  EXPECT_FALSE(parse_owner_records("cap\tzz\t/x\0"s));
  EXPECT_FALSE(parse_owner_records("cap\t0\t/x\0"s));
  EXPECT_FALSE(parse_owner_records("node\tc\tone\t3\t0666\t/x\0"s));
}

}  // namespace
}  // namespace cooper::phases

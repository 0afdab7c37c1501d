#include "tree/elf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "util/file.h"

namespace cooper::tree {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// Small files made by gcc and ld, shared with the fuzz target.
const fs::path samples = fs::path(COOPER_TEST_DATA) / "fuzz/corpus/elf";

TEST(Elf, ReadsExecutables) {
  auto facts = *read_elf(samples / "executable");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->machine, "x86_64");
  EXPECT_EQ(facts->bits, 64);
  EXPECT_EQ(facts->interpreter, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_THAT(facts->needed, ElementsAre("libc.so.6"));
  EXPECT_THAT(facts->runpath, ElementsAre("/opt/x", "/opt/y"));
  EXPECT_EQ(facts->soname, "");
  EXPECT_FALSE(facts->is_static);
}

TEST(Elf, ReadsLibrariesAndStaticPrograms) {
  auto library = **read_elf(samples / "library");
  EXPECT_EQ(library.soname, "libl.so.1");
  EXPECT_THAT(library.needed, IsEmpty());
  EXPECT_FALSE(library.is_static);
  EXPECT_TRUE((*read_elf(samples / "static"))->is_static);
  EXPECT_TRUE((*read_elf(samples / "static-pie"))->is_static);
  auto old = **read_elf(samples / "static32");
  EXPECT_EQ(old.machine, "i386");
  EXPECT_EQ(old.bits, 32);
  EXPECT_TRUE(old.is_static);
}

TEST(Elf, ReadsItself) {
  auto facts = *read_elf("/proc/self/exe");
  ASSERT_TRUE(facts);
  EXPECT_THAT(facts->needed, Contains("libc.so.6"));
}

TEST(Elf, TheRestIsNoElf) {
  EXPECT_FALSE(*read_elf(samples / "relocatable"));
  EXPECT_FALSE(*read_elf("/etc/passwd"));
  EXPECT_FALSE(*read_elf("/dev/null"));
  Result<std::optional<ElfFacts>> absent = read_elf("/nonexistent");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().where, "/nonexistent");
}

TEST(Elf, MemoryAndFileAgreeAndTruncationIsHarmless) {
  for (const char* name : {"executable", "library", "static", "static-pie", "static32", "relocatable"}) {
    std::string bytes = *util::read_file(samples / name);
    EXPECT_EQ(parse_elf(bytes), *read_elf(samples / name)) << name;
    for (size_t size = 0; size < bytes.size(); size += 7) (void)parse_elf(std::string_view(bytes).substr(0, size));
  }
  EXPECT_FALSE(
      parse_elf("\x7f"
                "ELF"));
}

}  // namespace
}  // namespace cooper::tree

#include "tree/elf.h"

#include <elf.h>

#include <cstring>

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

// A header and program headers, as little as an ELF file can be.
std::string with_segments(const std::vector<std::pair<uint32_t, uint32_t>>& types_and_flags) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<Elf64_Half>(types_and_flags.size());
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  Elf64_Dyn dynamic[] = {{DT_TEXTREL, {0}}, {DT_NULL, {0}}};
  const uint64_t end = sizeof header + types_and_flags.size() * sizeof(Elf64_Phdr);
  for (auto [type, flags] : types_and_flags) {
    Elf64_Phdr segment{};
    segment.p_type = type;
    segment.p_flags = flags;
    segment.p_offset = type == PT_GNU_STACK ? 0 : end;
    segment.p_filesz = type == PT_GNU_STACK ? 0 : sizeof dynamic;
    bytes.append(reinterpret_cast<const char*>(&segment), sizeof segment);
  }
  return bytes.append(reinterpret_cast<const char*>(dynamic), sizeof dynamic);
}

TEST(Elf, TellsFlaws) {
  auto good = parse_elf(with_segments({{PT_LOAD, PF_R | PF_X}, {PT_LOAD, PF_R | PF_W}, {PT_GNU_STACK, PF_R | PF_W}}));
  ASSERT_TRUE(good);
  EXPECT_FALSE(good->text_relocations || good->executable_stack || good->writable_code);
  auto bad =
      parse_elf(with_segments({{PT_LOAD, PF_R | PF_W | PF_X}, {PT_GNU_STACK, PF_R | PF_W | PF_X}, {PT_DYNAMIC, PF_R}}));
  ASSERT_TRUE(bad);
  EXPECT_TRUE(bad->text_relocations);
  EXPECT_TRUE(bad->executable_stack);
  EXPECT_TRUE(bad->writable_code);
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

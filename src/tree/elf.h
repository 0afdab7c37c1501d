// What the dynamic section of an ELF file says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/error.h"

namespace cooper::tree {

struct ElfFacts {
  std::string path;     // as Entry::path
  std::string machine;  // "x86_64", "aarch64", "i386", …
  int bits = 64;
  std::string interpreter;           // PT_INTERP or ""
  std::string soname;                // DT_SONAME or ""
  std::vector<std::string> needed;   // DT_NEEDED in order
  std::vector<std::string> runpath;  // DT_RUNPATH or else DT_RPATH, split at ':'
  bool is_static = false;            // an executable without a dynamic section
  // Flaws, told when the package is built and not kept with it.
  bool text_relocations = false;  // its code is written to before it runs (DT_TEXTREL)
  bool executable_stack = false;  // PT_GNU_STACK is executable
  bool writable_code = false;     // a segment is writable and executable
  bool operator==(const ElfFacts&) const = default;
};

// nullopt where the file is no ELF executable or shared object (relocatables and archives too).
Result<std::optional<ElfFacts>> read_elf(const std::filesystem::path& file);
// The same for bytes in memory. Broken tables give what can be read, never an error or a crash.
std::optional<ElfFacts> parse_elf(std::string_view bytes);

}  // namespace cooper::tree

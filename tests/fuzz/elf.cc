#include <cstdint>
#include <cstdlib>

#include "tree/elf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto facts = cooper::tree::parse_elf({reinterpret_cast<const char*>(data), size});
  if (!facts) return 0;
  // Names come from the file itself: none can be longer.
  for (const std::string& name : facts->needed)
    if (name.empty() || name.size() > size) std::abort();
  if (facts->soname.size() > size || facts->interpreter.size() > size) std::abort();
  return 0;
}

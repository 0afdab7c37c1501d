#include <cstdint>
#include <cstdlib>

#include "tree/tree.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto tree = cooper::tree::from_json({reinterpret_cast<const char*>(data), size}, "/root");
  if (!tree) return 0;
  std::string text = cooper::tree::to_json(*tree);
  auto back = cooper::tree::from_json(text, "/root");
  if (!back || back->entries != tree->entries || cooper::tree::to_json(*back) != text) std::abort();
  return 0;
}

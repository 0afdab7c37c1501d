// Eclasses taken apart: no line is lost and none is added, but for empty ones, whatever the text is.
#include "repository/eclass_split.h"

#include <cstdint>
#include <cstdlib>

#include "util/text.h"

using namespace cooper;
using namespace cooper::repository;

namespace {

std::vector<std::string_view> full_lines(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::string_view line : util::lines(text))
    if (!util::trim(line).empty()) out.push_back(line);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string together;
  for (const EclassPart& part : split_eclass(text, Comments::keep)) {
    together += part.text;
    for (const EclassFunction& function : part.functions) together += function.text;
  }
  if (full_lines(together) != full_lines(text)) std::abort();
  (void)eclass_frame(split_eclass(text, Comments::drop), "run");
  return 0;
}

// Image specs: any bytes give a spec or an error with a place.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "spec/spec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto spec = cooper::spec::parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.toml");
  if (!spec && (spec.error().where.empty() || spec.error().what.empty())) std::abort();
  return 0;
}

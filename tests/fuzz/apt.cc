#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fetch/fetch.h"
#include "util/file.h"

// sources.list and *.sources in both forms.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto etc = cooper::util::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "cooper-fuzz");
  if (!etc) std::abort();
  std::filesystem::create_directories(etc->path() / "sources.list.d");
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"sources.list", "sources.list.d/a.sources"})
    if (!(std::ofstream(etc->path() / name) << text)) std::abort();
  for (const std::string& mirror : cooper::fetch::debian_mirrors(etc->path()))
    if (mirror.ends_with('/') ||
        (!mirror.starts_with("http://") && !mirror.starts_with("https://") && !mirror.starts_with("file://")))
      std::abort();
  return 0;
}

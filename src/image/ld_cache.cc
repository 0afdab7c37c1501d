#include "image/ld_cache.h"

#include <algorithm>
#include <iterator>

namespace cooper::image {

namespace {

bool has_gnu_loader(const Draft& draft) {
  return std::any_of(draft.elf.begin(), draft.elf.end(), [](const auto& item) {
    std::string_view name = std::string_view(item.first).substr(item.first.rfind('/') + 1);
    return name == "libc.so.6" || name.starts_with("ld-linux");
  });
}

}  // namespace

Result<> put_soname_links(Draft& draft, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders)
    for (const std::string& name : draft.names_in(folder)) {
      auto facts = draft.elf.find(folder + "/" + name);
      if (facts == draft.elf.end() || !tree::is_library_name(name)) continue;
      std::string soname = facts->second.soname;
      bool usable = soname.find('/') == std::string::npos && tree::is_library_name(soname);
      if (!usable || draft.find(folder + "/" + soname)) continue;
      TRY(draft.put_symlink(folder + "/" + soname, name, draft.find(folder + "/" + name)->owner));
    }
  return {};
}

std::vector<tree::CachedLibrary> cached_libraries(const Draft& draft, std::string_view folder) {
  std::vector<tree::CachedLibrary> libraries;
  for (const std::string& name : draft.names_in(folder)) {
    if (!tree::is_library_name(name)) continue;
    std::string path = std::string(folder) + "/" + name;
    const tree::Entry* file = draft.open(path);
    auto facts = file ? draft.elf.find(file->path) : draft.elf.end();
    if (facts != draft.elf.end()) libraries.push_back({name, "/" + path, facts->second.machine, facts->second.bits});
  }
  return libraries;
}

Result<> put_ld_cache(Draft& draft, const std::vector<std::string>& folders) {
  if (!has_gnu_loader(draft)) return {};
  std::string conf;
  std::vector<tree::CachedLibrary> libraries;
  for (const std::string& folder : folders) {
    std::vector<tree::CachedLibrary> found = cached_libraries(draft, folder);
    if (!found.empty()) conf += "/" + folder + "\n";
    std::ranges::move(found, std::back_inserter(libraries));
  }
  TRY(draft.put_file("etc/ld.so.conf", conf));
  TRY(draft.put_file("etc/ld.so.cache", tree::ld_cache(std::move(libraries))));
  return {};
}

}  // namespace cooper::image

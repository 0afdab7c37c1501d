#include "build/loader_cache.h"

#include <algorithm>
#include <set>

#include "tree/elf.h"
#include "tree/ld_cache.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;

// "/lib64/" → "usr/lib64": where the folder lies in a layer (merged_usr.h).
std::string place(std::string_view folder) {
  while (folder.starts_with('/')) folder.remove_prefix(1);
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return (folder.starts_with("lib") ? "usr/" : "") + std::string(folder);
}

// Folders that LDPATH="/a:/b" of etc/env.d and the lines of etc/ld.so.conf.d name.
Result<std::vector<std::string>> named_folders(const fs::path& layer) {
  std::vector<std::string> folders;
  for (const char* configuration : {"etc/env.d", "etc/ld.so.conf.d"}) {
    std::error_code ec;
    if (!fs::is_directory(layer / configuration, ec)) continue;
    for (const std::string& name : TRY(util::list_directory(layer / configuration))) {
      auto text = util::read_file(layer / configuration / name);
      if (!text) continue;  // a folder
      for (std::string_view line : util::lines(*text)) {
        line = util::trim(line);
        std::string value(line.starts_with("LDPATH=") ? line.substr(7) : line.starts_with('/') ? line : "");
        std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
        for (std::string_view folder : util::split(value, ':'))
          if (folder.starts_with('/')) folders.push_back(place(folder));
      }
    }
  }
  return folders;
}

Result<> add_libraries(const fs::path& layer, const std::string& folder, const fs::path& target,
                       std::vector<tree::CachedLibrary>& libraries) {
  std::error_code ec;
  if (!fs::is_directory(layer / folder, ec)) return {};
  std::vector<std::string> names = TRY(util::list_directory(layer / folder));
  for (const std::string& name : names) {
    if (!tree::is_library_name(name)) continue;
    auto facts = tree::read_elf(layer / folder / name);  // through links
    if (!facts || !*facts) continue;
    libraries.push_back({name, "/" + folder + "/" + name, (*facts)->machine, (*facts)->bits});
    const std::string& soname = (*facts)->soname;
    if (soname == name || !tree::is_library_name(soname) || std::ranges::find(names, soname) != names.end()) continue;
    TRY(util::make_directories(target / folder));
    fs::create_symlink(name, target / folder / soname, ec);  // where two have it, the first
    libraries.push_back({soname, "/" + folder + "/" + soname, (*facts)->machine, (*facts)->bits});
  }
  return {};
}

}  // namespace

Result<bool> write_loader_cache(const std::vector<ActionLayer>& layers, const fs::path& base, const fs::path& target) {
  std::error_code ec;
  // A loader that has its C library in lib64 searches there, and its root has a cache that is right for it.
  if (fs::exists(base / "usr/lib64/libc.so.6", ec) || fs::exists(base / "lib64/libc.so.6", ec)) return false;
  std::vector<tree::CachedLibrary> libraries;
  std::set<std::string> folders = {"usr/lib64"};
  for (const ActionLayer& layer : layers)
    for (std::string& folder : TRY(named_folders(layer.root)))
      if (folder != "usr/lib") folders.insert(std::move(folder));
  for (const ActionLayer& layer : layers)
    for (const std::string& folder : folders) TRY(add_libraries(layer.root, folder, target, libraries));
  if (libraries.empty()) return false;
  TRY(util::make_directories(target / "etc"));
  TRY(util::write_file(target / "etc/ld.so.cache", tree::ld_cache(std::move(libraries))));
  return true;
}

}  // namespace cooper::build

#include "image/libraries.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "image/glob.h"
#include "util/text.h"

namespace cooper::image {

namespace {

constexpr std::string_view usual_folders[] = {"/usr/local/lib64", "/usr/local/lib", "/lib64",
                                              "/usr/lib64",       "/lib",           "/usr/lib"};

// Lines of ld.so.conf: folders, and "include GLOB".
void read_conf(const Draft& draft, std::string_view path, std::vector<std::string>& folders, int depth) {
  auto text = draft.read(path);
  if (!text || !*text || depth > 8) return;
  for (std::string_view line : util::lines(**text)) {
    line = util::trim(line.substr(0, line.find('#')));
    if (line.starts_with("include ") || line.starts_with("include\t")) {
      for (std::string_view pattern : util::words(line.substr(8))) {
        std::string full = pattern.starts_with('/') ? std::string(pattern)
                                                    : std::string(tree::parent_path(path)) + "/" + std::string(pattern);
        std::vector<std::string> found;
        for (const auto& [name, entry] : draft.entries)
          if (glob_match(full, name)) found.push_back(name);
        for (const std::string& name : found) read_conf(draft, name, folders, depth + 1);
      }
    } else if (line.starts_with('/')) {
      folders.emplace_back(line.substr(0, line.find('=')));
    }
  }
}

// LDPATH="/a:/b" of etc/env.d, which env-update makes ld.so.conf of on a Gentoo system.
void read_env_d(const Draft& draft, std::vector<std::string>& folders) {
  for (const std::string& name : draft.names_in("etc/env.d")) {
    auto text = draft.read("etc/env.d/" + name);
    if (!text || !*text) continue;
    for (std::string_view line : util::lines(**text)) {
      if (!line.starts_with("LDPATH=")) continue;
      std::string value(line.substr(7));
      std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
      for (std::string_view folder : util::split(value, ':'))
        if (folder.starts_with('/')) folders.emplace_back(folder);
    }
  }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

const tree::Entry* matching(const Draft& draft, const tree::ElfFacts& needer, const std::string& path) {
  const tree::Entry* file = draft.open(path);
  if (!file) return nullptr;
  auto facts = draft.elf.find(file->path);
  if (facts == draft.elf.end() || facts->second.machine != needer.machine || facts->second.bits != needer.bits)
    return nullptr;
  return file;
}

}  // namespace

std::vector<std::string> library_folders(const Draft& draft, const std::vector<std::string>& more) {
  std::vector<std::string> named, folders;
  read_conf(draft, "etc/ld.so.conf", named, 0);
  for (const std::string& name : draft.names_in("etc/ld.so.conf.d"))
    if (name.ends_with(".conf")) read_conf(draft, "etc/ld.so.conf.d/" + name, named, 1);
  read_env_d(draft, named);
  for (std::string_view folder : usual_folders) named.emplace_back(folder);
  named.insert(named.end(), more.begin(), more.end());
  for (const std::string& folder : named) {
    auto place = resolve_path(draft.lookup(), folder, true);
    const tree::Entry* entry = place ? draft.find(*place) : nullptr;
    if (!entry || entry->kind != tree::EntryKind::directory) continue;
    if (std::find(folders.begin(), folders.end(), *place) == folders.end()) folders.push_back(*place);
  }
  return folders;
}

std::vector<std::string> expand_runpath(const tree::ElfFacts& elf) {
  std::vector<std::string> out;
  for (std::string path : elf.runpath) {
    for (auto [name, value] :
         {std::pair("ORIGIN", "/" + std::string(tree::parent_path(elf.path))),
          std::pair("LIB", std::string(elf.bits == 64 ? "lib64" : "lib")), std::pair("PLATFORM", elf.machine)}) {
      replace_all(path, std::string("${") + name + "}", value);
      replace_all(path, std::string("$") + name, value);
    }
    if (path.starts_with('/')) out.push_back(std::move(path));
  }
  return out;
}

const tree::Entry* find_library(const Draft& draft, const tree::ElfFacts& needer, std::string_view soname,
                                const std::vector<std::string>& folders) {
  std::string name(soname);
  if (name.find('/') != std::string::npos) return matching(draft, needer, name);
  for (const std::string& folder : expand_runpath(needer))
    if (const tree::Entry* found = matching(draft, needer, folder + "/" + name)) return found;
  for (const std::string& folder : folders)
    if (const tree::Entry* found = matching(draft, needer, folder + "/" + name)) return found;
  return nullptr;
}

bool mentions(const tree::Entry& file, std::initializer_list<std::string_view> names) {
  util::Fd fd(::open(file.source.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat st;
  if (!fd || ::fstat(fd.get(), &st) != 0 || st.st_size == 0) return false;
  auto size = static_cast<size_t>(st.st_size);
  void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (bytes == MAP_FAILED) return false;
  bool found = false;
  for (std::string_view name : names) {
    std::string whole = std::string(1, '\0') + std::string(name) + '\0';
    found = found || ::memmem(bytes, size, whole.data(), whole.size());
  }
  ::munmap(bytes, size);
  return found;
}

}  // namespace cooper::image

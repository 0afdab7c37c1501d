#include "tree/ld_cache.h"

#include <algorithm>
#include <cstdint>

namespace cooper::tree {

namespace {

constexpr size_t header_size = 48, entry_size = 24;

// FLAG_ELF_LIBC6 and the ABI's own bits. 0: an ABI that the cache knows no number for; the loader finds those by
// searching.
uint32_t flags_of(const CachedLibrary& library) {
  if (library.machine == "x86_64") return 0x0303;
  if (library.machine == "x32") return 0x0803;
  if (library.machine == "i386") return 0x0003;
  if (library.machine == "aarch64") return 0x0a03;
  if (library.machine == "arm") return 0x0903;
  if (library.machine == "powerpc64" || library.machine == "powerpc64le") return 0x0503;
  if (library.machine == "s390x") return 0x0403;
  if (library.machine == "riscv64") return 0x1003;
  return 0;
}

// The order of names in the cache (glibc, _dl_cache_libcmp): digits by their value, and any digit after other
// characters.
int compare_names(std::string_view a, std::string_view b) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = 0, j = 0;
  while (i < a.size()) {
    char other = j < b.size() ? b[j] : '\0';
    if (digit(a[i])) {
      if (!digit(other)) return 1;
      uint64_t left = 0, right = 0;
      for (; i < a.size() && digit(a[i]); ++i) left = left * 10 + static_cast<uint64_t>(a[i] - '0');
      for (; j < b.size() && digit(b[j]); ++j) right = right * 10 + static_cast<uint64_t>(b[j] - '0');
      if (left != right) return left < right ? -1 : 1;
    } else if (digit(other)) {
      return -1;
    } else if (a[i] != other) {
      return a[i] < other ? -1 : 1;
    } else {
      ++i, ++j;
    }
  }
  return j < b.size() ? -1 : 0;
}

void put_number(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += i < 8 ? static_cast<char>(value >> (8 * i) & 0xff) : '\0';
}

}  // namespace

bool is_library_name(std::string_view name) {
  return (name.starts_with("lib") || name.starts_with("ld-") || name.starts_with("ld.")) &&
         name.find(".so") != std::string_view::npos;
}

std::string ld_cache(std::vector<CachedLibrary> libraries) {
  std::erase_if(libraries, [](const CachedLibrary& library) { return flags_of(library) == 0; });
  // Downwards, as the loader's binary search expects it; of one name the larger flags first.
  std::stable_sort(libraries.begin(), libraries.end(), [](const CachedLibrary& a, const CachedLibrary& b) {
    int order = compare_names(a.soname, b.soname);
    return order != 0 ? order > 0 : flags_of(a) > flags_of(b);
  });
  auto same = [](const CachedLibrary& a, const CachedLibrary& b) {
    return a.soname == b.soname && flags_of(a) == flags_of(b);
  };
  libraries.erase(std::unique(libraries.begin(), libraries.end(), same), libraries.end());

  std::string strings, entries;
  size_t start = header_size + libraries.size() * entry_size;
  for (const CachedLibrary& library : libraries) {
    put_number(entries, flags_of(library), 4);
    put_number(entries, start + strings.size(), 4);
    strings += library.soname + '\0';
    put_number(entries, start + strings.size(), 4);
    strings += library.path + '\0';
    put_number(entries, 0, 4);  // once an OS version
    put_number(entries, 0, 8);  // no hardware capabilities
  }
  std::string out = "glibc-ld.so.cache1.1";
  put_number(out, libraries.size(), 4);
  put_number(out, strings.size(), 4);
  put_number(out, 2, 4);  // little-endian, padding
  put_number(out, 0, 4);  // no extensions
  put_number(out, 0, 12);
  return out + entries + strings;
}

}  // namespace cooper::tree

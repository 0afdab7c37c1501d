#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tree/archive.h"
#include "util/file.h"

namespace fs = std::filesystem;

// Puts right the checksum of every header (POSIX ustar: the sum of all bytes, with its own field as spaces), or hardly
// any change would be looked at further.
static std::string with_checksums(std::string bytes) {
  for (size_t block = 0; block + 512 <= bytes.size(); block += 512) {
    if (bytes.compare(block + 257, 5, "ustar") != 0) continue;
    bytes.replace(block + 148, 8, 8, ' ');
    unsigned sum = 0;
    for (size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(bytes[block + i]);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum & 0777777);
    bytes.replace(block + 148, 7, text, 7);
  }
  return bytes;
}

// Two archives in one input, as two layers: the first byte says where to cut. Whatever they say, nothing lands outside,
// and the ledger and the disk agree.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  auto scratch = cooper::util::TemporaryDirectory::create(fs::temp_directory_path(), "cooper-fuzz");
  if (!scratch) std::abort();
  fs::path inside = scratch->path() / "inside", canary = scratch->path() / "canary";
  fs::create_directory(inside);
  fs::create_directory(canary);
  size_t cut = 1 + (size - 1) * data[0] / 255;
  cooper::tree::Tree tree;
  for (auto [from, to] : {std::pair(size_t{1}, cut), std::pair(cut, size)}) {
    int fd = ::memfd_create("tar", MFD_CLOEXEC);
    std::string bytes = with_checksums({reinterpret_cast<const char*>(data) + from, to - from});
    if (::write(fd, bytes.data(), bytes.size()) < 0) std::abort();
    ::lseek(fd, 0, SEEK_SET);
    (void)cooper::tree::apply_tar(fd, "input", inside, tree,
                                  {.layer = true, .max_bytes = 1 << 20, .max_entries = 1000});
    ::close(fd);
  }
  if (!fs::is_empty(canary)) std::abort();
  auto outside = cooper::util::list_directory(scratch->path());
  if (!outside || outside->size() != 2) std::abort();
  auto disk = cooper::tree::scan(inside);
  if (!disk) std::abort();
  for (const cooper::tree::Entry& entry : tree.entries) {
    using enum cooper::tree::EntryKind;
    if (!cooper::tree::valid_path(entry.path)) std::abort();
    if (entry.kind != file && entry.kind != hardlink) continue;
    const cooper::tree::Entry* found = disk->find(entry.path);
    if (!found || found->kind != entry.kind || found->digest != entry.digest || found->target != entry.target)
      std::abort();
  }
  // Every ledger comes back from its text.
  auto back = cooper::tree::from_json(cooper::tree::to_json(tree), inside);
  if (!back || back->entries != tree.entries) std::abort();
  return 0;
}

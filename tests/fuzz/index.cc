// The metadata index: whatever its bytes are, nothing that is read from it may crash. The checksums are mended before,
// as else nearly every input would end at them.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "repository/index_file.h"
#include "repository/metadata.h"
#include "util/checksum.h"

namespace {

// As index_file.cc lays it out: the sums of the tables at 24 and of the header at 72, the sizes of the tables between;
// in the row of an ebuild where its record is, how long, and its sum.
void mend_records(std::string& bytes, uint64_t rows, uint32_t count, uint64_t records) {
  for (uint32_t i = 0; i < count && i < 100; ++i) {
    char* row = bytes.data() + rows + uint64_t{i} * 72;
    uint64_t record;
    uint32_t sizes[3];
    std::memcpy(&record, row + 40, 8);
    std::memcpy(sizes, row + 48, sizeof sizes);
    uint64_t size = uint64_t{sizes[0]} * 4 + sizes[1] + sizes[2], room = bytes.size() - records;
    if (record > room || size > room - record) continue;
    uint64_t sum = cooper::util::checksum(std::string_view(bytes).substr(records + record, size));
    std::memcpy(row + 64, &sum, 8);
  }
}

std::string mended(std::string bytes) {
  constexpr size_t header_size = 80;
  if (bytes.size() < header_size) return bytes;
  uint64_t size = bytes.size();
  std::memcpy(bytes.data(), "cooperix\1\0\0\0\4\3\2\1", 16);
  std::memcpy(bytes.data() + 16, &size, 8);
  std::memset(bytes.data() + 64, 0, 4);  // an empty key
  uint32_t counts[4];
  uint64_t names;
  std::memcpy(counts, bytes.data() + 40, sizeof counts);
  std::memcpy(&names, bytes.data() + 56, 8);
  uint64_t tables =
      uint64_t{counts[0]} * 32 + uint64_t{counts[1]} * 72 + uint64_t{counts[2]} * 24 + uint64_t{counts[3]} * 32;
  if (tables <= size && names <= size && header_size + tables + names <= size) {
    mend_records(bytes, header_size + uint64_t{counts[0]} * 32, counts[1], header_size + tables + names);
    uint64_t sum = cooper::util::checksum(std::string_view(bytes).substr(header_size, tables + names));
    std::memcpy(bytes.data() + 24, &sum, 8);
  }
  uint64_t sum = cooper::util::checksum(std::string_view(bytes).substr(0, 72));
  std::memcpy(bytes.data() + 72, &sum, 8);
  return bytes;
}

void read_all(std::string_view bytes) {
  using namespace cooper::repository;
  if (auto file = IndexFile::open(bytes, "")) {
    for (size_t i = 0; i < file->folder_count() && i < 100; ++i) (void)file->find(file->folder(i).name);
    for (size_t i = 0; i < file->eclass_file_count() && i < 100; ++i)
      (void)file->find_eclass_file(file->eclass_file(i).path);
    for (size_t i = 0; i < 100; ++i) {
      auto entry = file->ebuild(i);
      if (!entry) continue;
      for (uint32_t eclass : entry->eclasses) (void)file->eclass_version(eclass).name.size();
      auto metadata = parse_metadata(entry->text, nullptr, true);
      if (metadata) (void)metadata->rdepend->children.size();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  read_all(mended(bytes));
  return 0;
}

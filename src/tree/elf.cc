// ELF facts by libelf. Files are hostile until proved otherwise: every offset and string is bounded before it is used.
#include "tree/elf.h"

#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::tree {

namespace {

constexpr size_t most_needed = 4096;  // a real file has some dozens
constexpr size_t longest_string = 1 << 16;

struct ElfEnd {
  void operator()(Elf* elf) const { ::elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

struct Segment {
  uint64_t address = 0, offset = 0, size = 0;  // size: of what lies in the file
};

std::string machine_name(unsigned machine, int bits, bool big_endian) {
  switch (machine) {
    case EM_X86_64: return bits == 32 ? "x32" : "x86_64";
    case EM_386: return "i386";
    case EM_AARCH64: return "aarch64";
    case EM_ARM: return "arm";
    case EM_RISCV: return bits == 32 ? "riscv32" : "riscv64";
    case EM_PPC64: return big_endian ? "powerpc64" : "powerpc64le";
    case EM_PPC: return "powerpc";
    case EM_S390: return "s390x";
    case EM_MIPS: return big_endian ? "mips" : "mipsel";
    case EM_LOONGARCH: return "loongarch64";
    default: return fmt::format("machine-{}", machine);
  }
}

// A NUL-terminated string at `offset` of the file, or "" where it does not lie in the file.
std::string string_at(Elf* elf, uint64_t file_size, uint64_t offset, uint64_t limit) {
  if (offset >= file_size) return {};
  uint64_t size = std::min({limit, file_size - offset, uint64_t{longest_string}});
  if (size == 0) return {};
  Elf_Data* data = ::elf_getdata_rawchunk(elf, static_cast<int64_t>(offset), size, ELF_T_BYTE);
  if (!data || !data->d_buf) return {};
  const char* text = static_cast<const char*>(data->d_buf);
  size_t length = ::strnlen(text, data->d_size);
  return length == data->d_size ? std::string() : std::string(text, length);
}

// File offset of a virtual address by the PT_LOAD segments; `left` becomes the bytes from there to the segment's end.
std::optional<uint64_t> offset_of(const std::vector<Segment>& loads, uint64_t address, uint64_t& left) {
  for (const Segment& load : loads)
    if (address >= load.address && address - load.address < load.size) {
      left = load.size - (address - load.address);
      return load.offset + (address - load.address);
    }
  return std::nullopt;
}

struct Dynamic {
  std::vector<uint64_t> needed;
  uint64_t soname = 0, runpath = 0, rpath = 0, strings = 0, strings_size = 0, flags_1 = 0;
  bool has_soname = false, has_runpath = false, has_rpath = false, text_relocations = false;
};

Dynamic read_dynamic(Elf* elf, const Segment& segment) {
  Dynamic dynamic;
  Elf_Data* data = ::elf_getdata_rawchunk(elf, static_cast<int64_t>(segment.offset), segment.size, ELF_T_DYN);
  if (!data || !data->d_buf) return dynamic;
  GElf_Dyn entry;
  for (int i = 0; ::gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; ++i) {
    uint64_t value = entry.d_un.d_val;
    switch (entry.d_tag) {
      case DT_NEEDED:
        if (dynamic.needed.size() < most_needed) dynamic.needed.push_back(value);
        break;
      case DT_SONAME: dynamic.soname = value, dynamic.has_soname = true; break;
      case DT_RUNPATH: dynamic.runpath = value, dynamic.has_runpath = true; break;
      case DT_RPATH: dynamic.rpath = value, dynamic.has_rpath = true; break;
      case DT_STRTAB: dynamic.strings = value; break;
      case DT_STRSZ: dynamic.strings_size = value; break;
      case DT_TEXTREL: dynamic.text_relocations = true; break;
      case DT_FLAGS: dynamic.text_relocations |= (value & DF_TEXTREL) != 0; break;
      case DT_FLAGS_1: dynamic.flags_1 = value; break;
      default: break;
    }
  }
  return dynamic;
}

std::optional<ElfFacts> facts_of(Elf* elf, uint64_t file_size) {
  GElf_Ehdr header;
  if (::elf_kind(elf) != ELF_K_ELF || !::gelf_getehdr(elf, &header)) return std::nullopt;
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return std::nullopt;
  ElfFacts facts;
  facts.bits = ::gelf_getclass(elf) == ELFCLASS32 ? 32 : 64;
  facts.machine = machine_name(header.e_machine, facts.bits, header.e_ident[EI_DATA] == ELFDATA2MSB);

  std::vector<Segment> loads;
  std::optional<Segment> dynamic_segment;
  size_t count = 0;
  if (::elf_getphdrnum(elf, &count) != 0) count = 0;
  count = std::min<size_t>(count, 65535);
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr program;
    if (!::gelf_getphdr(elf, static_cast<int>(i), &program)) break;
    const bool writable_code = (program.p_flags & (PF_W | PF_X)) == (PF_W | PF_X);
    if (program.p_type == PT_GNU_STACK) facts.executable_stack = (program.p_flags & PF_X) != 0;
    if (program.p_type == PT_LOAD) facts.writable_code |= writable_code;
    if (program.p_offset >= file_size) continue;
    Segment segment{program.p_vaddr, program.p_offset,
                    std::min<uint64_t>(program.p_filesz, file_size - program.p_offset)};
    if (program.p_type == PT_LOAD) loads.push_back(segment);
    if (program.p_type == PT_DYNAMIC && segment.size > 0 && !dynamic_segment) dynamic_segment = segment;
    if (program.p_type == PT_INTERP) facts.interpreter = string_at(elf, file_size, segment.offset, segment.size);
  }
  if (!dynamic_segment) {
    facts.is_static = header.e_type == ET_EXEC;
    return facts;
  }

  Dynamic dynamic = read_dynamic(elf, *dynamic_segment);
  facts.text_relocations = dynamic.text_relocations;
  uint64_t left = 0;
  std::optional<uint64_t> strings = offset_of(loads, dynamic.strings, left);
  auto text = [&](uint64_t index) {
    uint64_t size = std::min(dynamic.strings_size, left);
    return strings && index < size ? string_at(elf, file_size, *strings + index, size - index) : std::string();
  };
  for (uint64_t index : dynamic.needed)
    if (std::string name = text(index); !name.empty()) facts.needed.push_back(std::move(name));
  if (dynamic.has_soname) facts.soname = text(dynamic.soname);
  if (dynamic.has_runpath || dynamic.has_rpath) {
    std::string path = text(dynamic.has_runpath ? dynamic.runpath : dynamic.rpath);
    // An empty part is kept: it is the current folder.
    if (!path.empty())
      for (std::string_view part : util::split(path, ':')) facts.runpath.emplace_back(part);
  }
  // A static position-independent executable has a dynamic section, for its own relocations only.
  facts.is_static = facts.interpreter.empty() && facts.needed.empty() &&
                    (header.e_type == ET_EXEC || (dynamic.flags_1 & DF_1_PIE) != 0);
  return facts;
}

bool start_libelf() {
  static const bool started = ::elf_version(EV_CURRENT) != EV_NONE;
  return started;
}

}  // namespace

Result<std::optional<ElfFacts>> read_elf(const std::filesystem::path& file) {
  util::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return fail_errno("cannot open file", file);
  char magic[SELFMAG];
  ssize_t n = ::pread(fd.get(), magic, sizeof magic, 0);
  if (n < 0) return fail_errno("cannot read file", file);
  if (n != SELFMAG || std::memcmp(magic, ELFMAG, SELFMAG) != 0 || !start_libelf()) return std::nullopt;
  off_t size = ::lseek(fd.get(), 0, SEEK_END);
  ElfHandle elf(::elf_begin(fd.get(), ELF_C_READ, nullptr));
  if (!elf || size < 0) return std::nullopt;
  return facts_of(elf.get(), static_cast<uint64_t>(size));
}

std::optional<ElfFacts> parse_elf(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view(ELFMAG, SELFMAG)) || !start_libelf()) return std::nullopt;
  // libelf takes a pointer to mutable bytes and may write where it swaps byte order: give it its own.
  std::string copy(bytes);
  ElfHandle elf(::elf_memory(copy.data(), copy.size()));
  if (!elf) return std::nullopt;
  return facts_of(elf.get(), copy.size());
}

}  // namespace cooper::tree

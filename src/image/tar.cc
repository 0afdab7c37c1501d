#include "image/tar.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "util/hash.h"

namespace cooper::image {

namespace {

constexpr size_t block = 512;

// POSIX.1-1988 ustar header.
struct Header {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100], magic[6], version[2],
      user[32], group[32], major[8], minor[8], prefix[155], padding[12];
};
static_assert(sizeof(Header) == block);

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

// Octal digits, zero-filled, NUL at the end. False where the number does not fit.
template <size_t size>
bool put_octal(char (&field)[size], uint64_t value) {
  std::string digits = fmt::format("{:0{}o}", value, size - 1);
  if (digits.size() > size - 1) return false;
  std::memcpy(field, digits.c_str(), size);
  return true;
}

// Splits at a slash so that the name fits `name` and `prefix`. False where no split does.
bool put_name(Header& header, std::string_view name) {
  if (name.size() <= sizeof header.name) {
    std::memcpy(header.name, name.data(), name.size());
    return true;
  }
  for (size_t slash = name.find('/'); slash != std::string_view::npos && slash <= sizeof header.prefix;
       slash = name.find('/', slash + 1)) {
    size_t rest = name.size() - slash - 1;
    if (slash == 0 || rest == 0 || rest > sizeof header.name) continue;
    std::memcpy(header.prefix, name.data(), slash);
    std::memcpy(header.name, name.data() + slash + 1, rest);
    return true;
  }
  return false;
}

void put_truncated(char* field, size_t size, std::string_view text) {
  std::memcpy(field, text.data(), std::min(size, text.size()));
}

void put_checksum(Header& header) {
  std::memset(header.checksum, ' ', sizeof header.checksum);
  unsigned sum = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&header);
  for (size_t i = 0; i < sizeof header; ++i) sum += bytes[i];
  std::memcpy(header.checksum, fmt::format("{:06o}", sum).c_str(), 7);  // six digits, NUL, space
}

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
void add_record(std::string& records, std::string_view key, std::string_view value) {
  size_t rest = key.size() + value.size() + 3;  // space, '=', newline
  size_t length = rest + std::to_string(rest).size();
  if (std::to_string(length).size() != std::to_string(rest).size()) length = rest + std::to_string(length).size();
  records += fmt::format("{} {}={}\n", length, key, value);
}

char type_of(tree::EntryKind kind) {
  switch (kind) {
    case tree::EntryKind::file: return '0';
    case tree::EntryKind::hardlink: return '1';
    case tree::EntryKind::symlink: return '2';
    case tree::EntryKind::character_device: return '3';
    case tree::EntryKind::block_device: return '4';
    case tree::EntryKind::directory: return '5';
    case tree::EntryKind::fifo: return '6';
  }
  return '0';
}

// Fills the ustar header and returns the pax records for what it could not say.
std::string fill(Header& header, const tree::Entry& entry, uint64_t size) {
  std::string records;
  std::string name = entry.path;
  if (entry.kind == tree::EntryKind::directory) name += '/';
  if (!is_ascii(name) || !put_name(header, name)) {
    add_record(records, "path", name);
    put_truncated(header.name, sizeof header.name - 1, name);
  }
  bool linked = entry.kind == tree::EntryKind::symlink || entry.kind == tree::EntryKind::hardlink;
  if (linked) {
    if (entry.target.size() > sizeof header.link || !is_ascii(entry.target))
      add_record(records, "linkpath", entry.target);
    put_truncated(header.link, sizeof header.link - (entry.target.size() > sizeof header.link), entry.target);
  }
  put_octal(header.mode, entry.kind == tree::EntryKind::symlink ? 0777 : entry.mode & 07777);
  auto number = [&](auto& field, const char* key, uint64_t value) {
    if (put_octal(field, value)) return;
    put_octal(field, 0);
    add_record(records, key, std::to_string(value));
  };
  number(header.uid, "uid", entry.uid);
  number(header.gid, "gid", entry.gid);
  number(header.size, "size", size);
  if (entry.mtime < 0 || !put_octal(header.mtime, static_cast<uint64_t>(entry.mtime))) {
    put_octal(header.mtime, 0);
    add_record(records, "mtime", std::to_string(entry.mtime));
  }
  put_octal(header.major, entry.device_major);
  put_octal(header.minor, entry.device_minor);
  for (const auto& [key, value] : entry.xattrs) add_record(records, "SCHILY.xattr." + key, value);
  header.type = type_of(entry.kind);
  std::memcpy(header.magic, "ustar", 6);
  std::memcpy(header.version, "00", 2);
  put_checksum(header);
  return records;
}

std::string_view bytes_of(const Header& header) { return {reinterpret_cast<const char*>(&header), sizeof header}; }

}  // namespace

Result<> TarWriter::pad(uint64_t size) {
  static constexpr char zeros[block] = {};
  if (size % block == 0) return {};
  return sink_({zeros, block - size % block});
}

Result<> TarWriter::header(const tree::Entry& entry, uint64_t size) {
  Header header{};
  std::string records = fill(header, entry, size);
  if (!records.empty()) {
    Header extended{};
    tree::Entry about;
    about.path = "PaxHeaders/" + entry.path.substr(entry.path.rfind('/') + 1);
    if (about.path.size() > 100 || !is_ascii(about.path)) about.path = "PaxHeaders/name";
    about.mtime = 0;
    fill(extended, about, records.size());
    extended.type = 'x';
    put_checksum(extended);
    TRY(sink_(bytes_of(extended)));
    TRY(sink_(records));
    TRY(pad(records.size()));
  }
  return sink_(bytes_of(header));
}

Result<> TarWriter::copy(const std::filesystem::path& source, uint64_t size, const std::string& digest,
                         const std::string& path) {
  util::Fd fd(::open(source.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return fail_errno("cannot read a file of the image", source, source.empty() ? path + " has no source" : "");
  util::Hasher hasher(util::HashAlgorithm::sha256);
  std::vector<char> buffer(std::clamp<uint64_t>(size, 1, 1 << 18));
  uint64_t total = 0;
  for (;;) {
    ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("cannot read a file of the image", source);
    if (n == 0) break;
    std::string_view piece(buffer.data(), static_cast<size_t>(n));
    total += piece.size();
    if (total > size) break;
    if (!digest.empty()) hasher.update(piece);
    TRY(sink_(piece));
  }
  if (total != size || (!digest.empty() && hasher.hex() != digest))
    return fail(ErrorKind::failed, "a file of the image is damaged", source,
                path + " has other bytes than when it was put into the store",
                "`cooper cache verify` names what is damaged; the packages in question are then built again");
  return pad(size);
}

Result<> TarWriter::add(const tree::Entry& entry) {
  if (!tree::valid_path(entry.path)) return fail(ErrorKind::failed, "bad path in a tree", entry.path);
  bool is_file = entry.kind == tree::EntryKind::file;
  TRY(header(entry, is_file ? entry.size : 0));
  if (is_file) TRY(copy(entry.source, entry.size, entry.digest, entry.path));
  return {};
}

Result<> TarWriter::add_file(std::string_view path, std::string_view content, int64_t mtime) {
  tree::Entry entry;
  entry.path = path;
  entry.mtime = mtime;
  TRY(header(entry, content.size()));
  TRY(sink_(content));
  return pad(content.size());
}

Result<> TarWriter::add_file_from(std::string_view path, const std::filesystem::path& source, int64_t mtime) {
  struct stat st;
  if (::stat(source.c_str(), &st) != 0) return fail_errno("cannot read a file of the image", source);
  tree::Entry entry;
  entry.path = path;
  entry.mtime = mtime;
  TRY(header(entry, static_cast<uint64_t>(st.st_size)));
  return copy(source, static_cast<uint64_t>(st.st_size), {}, entry.path);
}

Result<> TarWriter::finish() {
  static constexpr char zeros[2 * block] = {};
  return sink_({zeros, sizeof zeros});
}

Result<> write_tar(const tree::Tree& tree, Sink sink) {
  TarWriter writer(std::move(sink));
  for (const tree::Entry& entry : tree.entries) TRY(writer.add(entry));
  return writer.finish();
}

}  // namespace cooper::image

#include "repository/index_file.h"

#include <bit>
#include <cstring>
#include <map>
#include <memory>

#include "util/checksum.h"

namespace cooper::repository {

namespace {

constexpr std::array<char, 8> magic = {'c', 'o', 'o', 'p', 'e', 'r', 'i', 'x'};
// To be raised with every change of the format, and of what the texts mean.
constexpr uint32_t format_version = 1;
// Reads differently on a machine with the other order of bytes.
constexpr uint32_t byte_order = 0x01020304;

struct Header {
  std::array<char, 8> magic;
  uint32_t version, order;
  uint64_t file_size, tables_checksum, parser;
  uint32_t folders, ebuilds, eclass_versions, eclass_files;
  uint64_t names_size;
  uint32_t key_size, reserved;  // the key is the first of the names
  uint64_t header_checksum;     // of all before
};

struct Text {
  uint32_t offset, size;
};

struct FolderRow {
  Text category, package;
  uint32_t first_ebuild, ebuilds;
  Stamp stamp;
};

struct EbuildRow {
  Text version;
  Stamp ebuild_stamp, cache_stamp;
  Md5 md5;
  uint64_t record;  // offset among the records: indices of eclass versions, text, notes
  uint32_t eclasses, text_size, notes_size, flags;
  uint64_t checksum;
};
constexpr uint32_t flag_from_cache = 1, flag_failed = 2, flag_checked = 4;

struct EclassVersionRow {
  Text name;
  Md5 md5;
};

struct EclassFileRow {
  Text path;
  Stamp stamp;
  Md5 md5;
};

template <typename T>
std::string_view bytes_of(const T& value, size_t size = sizeof(T)) {
  return {reinterpret_cast<const char*>(&value), size};
}

uint64_t header_checksum(const Header& header) {
  return util::checksum(bytes_of(header, offsetof(Header, header_checksum)));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<Md5> md5_of_hex(std::string_view hex) {
  Md5 out;
  if (hex.size() != 2 * out.size()) return std::nullopt;
  for (size_t i = 0; i < out.size(); ++i) {
    int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return out;
}

std::string hex_of_md5(const Md5& md5) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (unsigned char byte : md5) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<IndexFile> IndexFile::open(std::string_view bytes, std::string_view key) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic || header.version != format_version || header.order != byte_order) return std::nullopt;
  if (header.file_size != bytes.size() || header.header_checksum != header_checksum(header)) return std::nullopt;
  IndexFile out;
  out.bytes_ = bytes;
  size_t at = sizeof header;
  auto place = [&](Table& table, size_t count, size_t row_size) {
    table = {at, count};
    if (count > (bytes.size() - at) / row_size) return false;
    at += count * row_size;
    return true;
  };
  if (!place(out.folders_, header.folders, sizeof(FolderRow)) ||
      !place(out.ebuilds_, header.ebuilds, sizeof(EbuildRow)) ||
      !place(out.versions_, header.eclass_versions, sizeof(EclassVersionRow)) ||
      !place(out.files_, header.eclass_files, sizeof(EclassFileRow)) || header.names_size > bytes.size() - at)
    return std::nullopt;
  out.names_ = at;
  out.names_size_ = header.names_size;
  out.records_ = at + header.names_size;
  out.parser_ = header.parser;
  if (util::checksum(bytes.substr(sizeof header, out.records_ - sizeof header)) != header.tables_checksum)
    return std::nullopt;
  if (out.text(0, header.key_size) != key) return std::nullopt;
  return out;
}

template <typename Row>
Row IndexFile::row(const Table& table, size_t index) const {
  Row out{};
  if (index < table.count) std::memcpy(&out, bytes_.data() + table.offset + index * sizeof(Row), sizeof(Row));
  return out;
}

std::string_view IndexFile::text(uint64_t offset, uint64_t size) const {
  if (offset > names_size_ || size > names_size_ - offset) return {};
  return bytes_.substr(names_ + offset, size);
}

FolderEntry IndexFile::folder(size_t index) const {
  auto r = row<FolderRow>(folders_, index);
  return {{std::string(text(r.category.offset, r.category.size)), std::string(text(r.package.offset, r.package.size))},
          r.stamp,
          r.first_ebuild,
          r.ebuilds};
}

std::optional<FolderEntry> IndexFile::find(const ebuild::PackageName& name) const {
  size_t low = 0, high = folders_.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    auto r = row<FolderRow>(folders_, middle);
    int order = text(r.category.offset, r.category.size).compare(name.category);
    if (order == 0) order = text(r.package.offset, r.package.size).compare(name.package);
    if (order == 0) return FolderEntry{name, r.stamp, r.first_ebuild, r.ebuilds};
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

std::optional<EbuildEntry> IndexFile::ebuild(size_t index) const {
  if (index >= ebuilds_.count) return std::nullopt;
  auto r = row<EbuildRow>(ebuilds_, index);
  uint64_t size = uint64_t{r.eclasses} * sizeof(uint32_t) + r.text_size + r.notes_size;
  if (r.record > bytes_.size() - records_ || size > bytes_.size() - records_ - r.record) return std::nullopt;
  EbuildEntry out;
  out.record = std::make_shared<const std::string>(bytes_.substr(records_ + r.record, size));
  std::string_view record = *out.record;
  if (util::checksum(record) != r.checksum) return std::nullopt;
  out.version = text(r.version.offset, r.version.size);
  out.ebuild_stamp = r.ebuild_stamp;
  out.cache_stamp = r.cache_stamp;
  out.md5 = r.md5;
  out.from_cache = r.flags & flag_from_cache;
  out.failed = r.flags & flag_failed;
  out.checked = r.flags & flag_checked;
  out.eclasses.resize(r.eclasses);
  if (r.eclasses > 0) std::memcpy(out.eclasses.data(), record.data(), r.eclasses * sizeof(uint32_t));
  for (uint32_t eclass : out.eclasses)
    if (eclass >= versions_.count) return std::nullopt;
  record.remove_prefix(r.eclasses * sizeof(uint32_t));
  out.text = record.substr(0, r.text_size);
  out.notes = record.substr(r.text_size);
  return out;
}

EclassVersion IndexFile::eclass_version(size_t index) const {
  auto r = row<EclassVersionRow>(versions_, index);
  return {text(r.name.offset, r.name.size), r.md5};
}

EclassFile IndexFile::eclass_file(size_t index) const {
  auto r = row<EclassFileRow>(files_, index);
  return {text(r.path.offset, r.path.size), r.stamp, r.md5};
}

std::optional<EclassFile> IndexFile::find_eclass_file(std::string_view path) const {
  size_t low = 0, high = files_.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    EclassFile file = eclass_file(middle);
    if (file.path == path) return file;
    if (file.path < path)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

struct IndexBuilder::State {
  std::vector<FolderRow> folders;
  std::vector<EbuildRow> ebuilds;
  std::vector<EclassVersionRow> versions;
  std::vector<EclassFileRow> files;
  std::string names, records;
  std::map<std::string, Text, std::less<>> known_names;
  std::map<std::pair<std::string, Md5>, uint32_t> known_versions;

  Text name(std::string_view text) {
    auto known = known_names.find(text);
    if (known != known_names.end()) return known->second;
    Text place{static_cast<uint32_t>(names.size()), static_cast<uint32_t>(text.size())};
    names += text;
    known_names.emplace(text, place);
    return place;
  }
};

IndexBuilder::IndexBuilder() : state_(new State) {}
IndexBuilder::~IndexBuilder() { delete state_; }

uint32_t IndexBuilder::eclass_version(std::string_view name, const Md5& md5) {
  auto number = static_cast<uint32_t>(state_->versions.size());
  auto [known, fresh] = state_->known_versions.try_emplace({std::string(name), md5}, number);
  if (fresh) state_->versions.push_back({state_->name(name), md5});
  return known->second;
}

void IndexBuilder::add_folder(const ebuild::PackageName& name, Stamp stamp) {
  state_->folders.push_back({state_->name(name.category), state_->name(name.package),
                             static_cast<uint32_t>(state_->ebuilds.size()), 0, stamp});
}

void IndexBuilder::add_ebuild(const EbuildEntry& entry) {
  std::string& records = state_->records;
  size_t begin = records.size();
  for (uint32_t eclass : entry.eclasses) records += bytes_of(eclass);
  records += entry.text;
  records += entry.notes;
  EbuildRow row{};
  row.version = state_->name(entry.version);
  row.ebuild_stamp = entry.ebuild_stamp;
  row.cache_stamp = entry.cache_stamp;
  row.md5 = entry.md5;
  row.record = begin;
  row.eclasses = static_cast<uint32_t>(entry.eclasses.size());
  row.text_size = static_cast<uint32_t>(entry.text.size());
  row.notes_size = static_cast<uint32_t>(entry.notes.size());
  row.flags =
      (entry.from_cache ? flag_from_cache : 0) | (entry.failed ? flag_failed : 0) | (entry.checked ? flag_checked : 0);
  row.checksum = util::checksum(std::string_view(records).substr(begin));
  state_->ebuilds.push_back(row);
  ++state_->folders.back().ebuilds;
}

void IndexBuilder::add_eclass_file(const EclassFile& file) {
  state_->files.push_back({state_->name(file.path), file.stamp, file.md5});
}

std::string IndexBuilder::finish(std::string_view key, uint64_t parser) && {
  State& s = *state_;
  auto shift = static_cast<uint32_t>(key.size());  // the key stands before all other names
  for (FolderRow& row : s.folders) row.category.offset += shift, row.package.offset += shift;
  for (EbuildRow& row : s.ebuilds) row.version.offset += shift;
  for (EclassVersionRow& row : s.versions) row.name.offset += shift;
  for (EclassFileRow& row : s.files) row.path.offset += shift;
  std::string out(sizeof(Header), '\0');
  auto append = [&](const auto& rows) {
    if (!rows.empty()) out.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(rows[0]));
  };
  append(s.folders);
  append(s.ebuilds);
  append(s.versions);
  append(s.files);
  out += key;
  out += s.names;
  Header header{};
  header.magic = magic;
  header.version = format_version;
  header.order = byte_order;
  header.tables_checksum = util::checksum(std::string_view(out).substr(sizeof header));
  header.parser = parser;
  header.folders = static_cast<uint32_t>(s.folders.size());
  header.ebuilds = static_cast<uint32_t>(s.ebuilds.size());
  header.eclass_versions = static_cast<uint32_t>(s.versions.size());
  header.eclass_files = static_cast<uint32_t>(s.files.size());
  header.names_size = key.size() + s.names.size();
  header.key_size = shift;
  out += s.records;
  header.file_size = out.size();
  header.header_checksum = header_checksum(header);
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

}  // namespace cooper::repository

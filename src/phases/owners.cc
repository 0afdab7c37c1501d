#include "phases/owners.h"

#include <charconv>
#include <optional>

#include "util/text.h"

namespace cooper::phases {

namespace {

std::optional<uint32_t> number(std::string_view text, int base) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::unexpected<Error> damaged(std::string_view path, std::string why) {
  return fail(ErrorKind::failed, "the ledger of owners is damaged", util::printable(path), std::move(why));
}

// The first `count - 1` fields and the rest, which is a path and may hold tabs.
std::vector<std::string_view> fields_of(std::string_view record, size_t count) {
  std::vector<std::string_view> fields;
  for (size_t tab; fields.size() + 1 < count && (tab = record.find('\t')) != std::string_view::npos;
       record.remove_prefix(tab + 1))
    fields.push_back(record.substr(0, tab));
  fields.push_back(record);
  return fields;
}

Result<std::string> from_hex(std::string_view hex, std::string_view path) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    auto byte = i + 1 < hex.size() ? number(hex.substr(i, 2), 16) : std::nullopt;
    if (!byte) return damaged(path, "capabilities that are no hexadecimal number");
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

Result<tree::Entry> device(const std::vector<std::string_view>& fields) {
  auto major = number(fields[2], 10), minor = number(fields[3], 10), mode = number(fields[4], 8);
  if (!major || !minor || !mode) return damaged(fields[5], "a device without numbers");
  tree::Entry entry;
  entry.kind = fields[1] == "b" ? tree::EntryKind::block_device : tree::EntryKind::character_device;
  entry.mode = *mode & 07777;
  entry.device_major = *major;
  entry.device_minor = *minor;
  return entry;
}

}  // namespace

Result<std::vector<OwnerRecord>> parse_owner_records(std::string_view text) {
  std::vector<OwnerRecord> records;
  for (std::string_view line : util::split(text, '\0')) {
    size_t count = line.starts_with("own\t") ? 4 : line.starts_with("cap\t") ? 3 : line.starts_with("node\t") ? 6 : 0;
    if (count == 0) continue;
    std::vector<std::string_view> fields = fields_of(line, count);
    if (fields.size() != count || !fields.back().starts_with('/')) continue;
    OwnerRecord record;
    record.path = fields.back();
    if (count == 4) {
      record.user = fields[1];
      record.group = fields[2];
    } else if (count == 3) {
      record.kind = OwnerRecord::Kind::capabilities;
      record.capabilities = TRY(from_hex(fields[1], record.path));
    } else {
      record.kind = OwnerRecord::Kind::node;
      record.node = TRY(device(fields));
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace cooper::phases

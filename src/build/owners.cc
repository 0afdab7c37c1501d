#include "build/owners.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using Numbers = std::map<std::string, uint32_t, std::less<>>;

std::optional<uint32_t> parse_number(std::string_view text, int base = 10) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void add_colon_lines(std::string_view text, Numbers& numbers) {
  for (std::string_view line : util::lines(text)) {
    auto fields = util::split(line, ':');
    if (fields.size() < 3) continue;
    if (auto number = parse_number(fields[2])) numbers[std::string(fields[0])] = *number;
  }
}

Result<uint32_t> resolve(std::string_view who, const Numbers& numbers, std::string_view kind, std::string_view path) {
  if (auto number = parse_number(who)) return *number;
  if (auto found = numbers.find(who); found != numbers.end()) return found->second;
  return fail(ErrorKind::failed, fmt::format("the {} '{}' is not known", kind, who), std::string(path),
              "a file of the package shall belong to it, but no package of the build root has it in passwd, group or "
              "sysusers.d with a number",
              fmt::format("depend on the acct-{}/{} package", kind, who));
}

Result<std::string> from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    auto byte = parse_number(hex.substr(i, 2), 16);
    if (!byte)
      return fail(ErrorKind::failed, "the ledger of owners is damaged", {},
                  "capabilities that are no hexadecimal number");
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

Result<> make_node(const std::vector<std::string_view>& fields, const std::string& path, tree::Tree& tree) {
  auto major = parse_number(fields[2]), minor = parse_number(fields[3]), mode = parse_number(fields[4], 8);
  if (!major || !minor || !mode)
    return fail(ErrorKind::failed, "the ledger of owners is damaged", path, "a device without numbers");
  tree::Entry entry;
  entry.path = path;
  entry.kind = fields[1] == "b" ? tree::EntryKind::block_device : tree::EntryKind::character_device;
  entry.mode = *mode & 07777;
  entry.device_major = *major;
  entry.device_minor = *minor;
  tree.put(std::move(entry));
  return {};
}

Result<> apply_record(const std::vector<std::string_view>& fields, const std::string& path, const Accounts& accounts,
                      tree::Tree& tree) {
  std::string_view kind = fields[0];
  if (kind == "node" && fields.size() == 6) return make_node(fields, path, tree);
  tree::Entry* entry = tree.find(path);
  if (entry && entry->kind == tree::EntryKind::hardlink) entry = tree.find(entry->target);
  if (!entry) return {};  // removed after it was given to somebody
  if (kind == "own" && fields.size() == 4) {
    if (!fields[1].empty()) entry->uid = TRY(resolve(fields[1], accounts.users, "user", path));
    if (!fields[2].empty()) entry->gid = TRY(resolve(fields[2], accounts.groups, "group", path));
    // As the kernel does: a file that changes hands loses its capabilities.
    entry->xattrs.erase("security.capability");
  } else if (kind == "cap" && fields.size() == 3) {
    if (fields[1].empty())
      entry->xattrs.erase("security.capability");
    else
      entry->xattrs["security.capability"] = TRY(from_hex(fields[1]));
  }
  return {};
}

}  // namespace

void Accounts::add_passwd(std::string_view text) { add_colon_lines(text, users); }
void Accounts::add_group(std::string_view text) { add_colon_lines(text, groups); }

void Accounts::add_sysusers(std::string_view text) {
  for (std::string_view line : util::lines(text)) {
    auto words = util::words(line);
    if (words.size() < 3 || (words[0] != "u" && words[0] != "u!" && words[0] != "g")) continue;
    std::string name(words[1]);
    std::string_view ids = words[2];
    size_t colon = ids.find(':');
    std::string_view group_text = colon == std::string_view::npos ? ids : ids.substr(colon + 1);
    auto id = parse_number(ids.substr(0, colon));
    if (!id) continue;
    if (words[0] == "g") {
      groups[name] = *id;
      continue;
    }
    users[name] = *id;
    // "u NAME 33" makes a group of the same name and number; "33:tape" and "33:12" do not.
    if (colon == std::string_view::npos)
      groups[name] = *id;
    else if (auto gid = parse_number(group_text))
      groups.try_emplace(name, *gid);
  }
}

Accounts read_accounts(const fs::path& base, const std::vector<fs::path>& layers) {
  Accounts accounts;
  auto add = [&](const fs::path& root) {
    std::error_code ec;
    fs::path folder = root / "usr/lib/sysusers.d";
    if (auto names = util::list_directory(folder); names)
      for (const std::string& name : *names)
        if (auto text = util::read_file(folder / name); text && name.ends_with(".conf")) accounts.add_sysusers(*text);
    if (auto text = util::read_file(root / "etc/passwd"); text) accounts.add_passwd(*text);
    if (auto text = util::read_file(root / "etc/group"); text) accounts.add_group(*text);
  };
  add(base);
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) add(*layer);
  return accounts;
}

Result<> apply_owners(std::string_view records, std::string_view image, const Accounts& accounts, tree::Tree& tree) {
  for (std::string_view record : util::split(records, '\0')) {
    if (record.empty()) continue;
    // PATH is the last field and may itself hold tabs.
    size_t count = record.starts_with("own\t") ? 4 : record.starts_with("cap\t") ? 3 : 6;
    std::vector<std::string_view> fields;
    std::string_view rest = record;
    while (fields.size() + 1 < count) {
      size_t tab = rest.find('\t');
      if (tab == std::string_view::npos) break;
      fields.push_back(rest.substr(0, tab));
      rest.remove_prefix(tab + 1);
    }
    fields.push_back(rest);
    if (fields.size() != count || rest.size() <= image.size() + 1 || !rest.starts_with(image) ||
        rest[image.size()] != '/')
      continue;
    TRY(apply_record(fields, std::string(rest.substr(image.size() + 1)), accounts, tree));
  }
  return {};
}

}  // namespace cooper::build

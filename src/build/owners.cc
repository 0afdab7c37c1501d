#include "build/owners.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "phases/owners.h"
#include "phases/state.h"
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

Result<> apply_record(phases::OwnerRecord record, const std::string& path, const Accounts& accounts, tree::Tree& tree) {
  using Kind = phases::OwnerRecord::Kind;
  if (record.kind == Kind::node) {
    record.node.path = path;
    tree.put(std::move(record.node));
    return {};
  }
  tree::Entry* entry = tree.find(path);
  if (entry && entry->kind == tree::EntryKind::hardlink) entry = tree.find(entry->target);
  if (!entry) return {};  // removed after it was given to somebody
  if (record.kind == Kind::own) {
    if (!record.user.empty()) entry->uid = TRY(resolve(record.user, accounts.users, "user", path));
    if (!record.group.empty()) entry->gid = TRY(resolve(record.group, accounts.groups, "group", path));
    // As the kernel does: a file that changes hands loses its capabilities.
    entry->xattrs.erase("security.capability");
  } else if (record.capabilities.empty()) {
    entry->xattrs.erase("security.capability");
  } else {
    entry->xattrs["security.capability"] = std::move(record.capabilities);
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

void add_sysusers_of(const fs::path& root, Accounts& accounts) {
  auto names = util::list_directory(root / "usr/lib/sysusers.d");
  if (!names) return;
  for (const std::string& name : *names)
    if (name.ends_with(".conf"))
      if (auto text = phases::read_in_root(root, "usr/lib/sysusers.d/" + name)) accounts.add_sysusers(*text);
}

Accounts read_accounts(const fs::path& base, const std::vector<fs::path>& layers) {
  Accounts accounts;
  auto add = [&](const fs::path& root) {
    add_sysusers_of(root, accounts);
    if (auto text = phases::read_in_root(root, "etc/passwd")) accounts.add_passwd(*text);
    if (auto text = phases::read_in_root(root, "etc/group")) accounts.add_group(*text);
  };
  add(base);
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) add(*layer);
  return accounts;
}

Result<> apply_owners(std::string_view records, std::string_view image, const Accounts& accounts, tree::Tree& tree) {
  for (phases::OwnerRecord& record : TRY(phases::parse_owner_records(records))) {
    std::string_view path = record.path;
    if (path.size() <= image.size() + 1 || !path.starts_with(image) || path[image.size()] != '/') continue;
    std::string inside(path.substr(image.size() + 1));
    if (!tree::valid_path(inside)) continue;
    TRY(apply_record(std::move(record), inside, accounts, tree));
  }
  return {};
}

}  // namespace cooper::build

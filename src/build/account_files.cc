#include "build/account_files.h"

#include <fstream>

#include <fmt/format.h>

#include "build/owners.h"
#include "phases/state.h"
#include "util/file.h"
#include "util/text.h"

namespace cooper::build {

namespace {

namespace fs = std::filesystem;
using Numbers = std::map<std::string, uint32_t, std::less<>>;

constexpr uint32_t nobody_id = 65534;

// `own` first, then the lines of the base root that are about other names.
std::string file_text(std::string_view base, const std::string& own, const Numbers& names) {
  std::string text = own;
  for (std::string_view line : util::lines(base))
    if (!names.contains(line.substr(0, line.find(':')))) text += std::string(line) + "\n";
  return text;
}

// A plain write: a scratch folder need not outlive a crash.
Result<> put(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text).flush()) return fail_errno("cannot write", file);
  return {};
}

}  // namespace

Result<bool> write_account_files(const std::vector<ActionLayer>& layers, const fs::path& base, const fs::path& target) {
  auto passwd = phases::read_in_root(base, "etc/passwd");
  auto group = phases::read_in_root(base, "etc/group");
  if (!passwd || !group) return false;
  Accounts known, own;
  known.add_group(*group);
  if (!known.groups.contains("nobody")) own.groups["nobody"] = nobody_id;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) add_sysusers_of(layer->root, own);
  if (own.users.empty() && own.groups.empty()) return false;
  std::string users, groups;
  for (const auto& [name, uid] : own.users) {
    auto gid = own.groups.find(name);
    users += fmt::format("{}:x:{}:{}::/:/sbin/nologin\n", name, uid, gid == own.groups.end() ? uid : gid->second);
  }
  for (const auto& [name, gid] : own.groups) groups += fmt::format("{}:x:{}:\n", name, gid);
  TRY(util::make_directories(target / "etc"));
  TRY(put(target / "etc/passwd", file_text(*passwd, users, own.users)));
  TRY(put(target / "etc/group", file_text(*group, groups, own.groups)));
  return true;
}

}  // namespace cooper::build

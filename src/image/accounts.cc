#include "image/accounts.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "util/text.h"

namespace cooper::image {

namespace {

constexpr uint32_t nobody_id = 65534;
constexpr const char* nologin = "/sbin/nologin";

std::optional<uint32_t> number(std::string_view text) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

template <typename T>
const T* by_name(const std::vector<T>& all, std::string_view name) {
  auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_account_name(std::string_view name) {
  if (name.empty() || name.size() > 31) return false;
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

class Collector {
 public:
  Accounts accounts;

  Result<> add_group(Group group) {
    if (const Group* there = accounts.group(group.name)) {
      if (there->gid == group.gid) return {};
      return fail(ErrorKind::failed, fmt::format("two different groups are named '{}'", group.name), group.origin,
                  fmt::format("{} has number {}, {} wants {}", there->origin, there->gid, group.origin, group.gid));
    }
    for (const Group& other : accounts.groups)
      if (other.gid == group.gid)
        return fail(ErrorKind::failed,
                    fmt::format("groups '{}' and '{}' have the same number {}", other.name, group.name, group.gid),
                    group.origin, fmt::format("'{}' comes from {}", other.name, other.origin));
    accounts.groups.push_back(std::move(group));
    return {};
  }

  Result<> add_user(User user) {
    if (const User* there = accounts.user(user.name)) {
      if (there->uid == user.uid) return {};
      return fail(ErrorKind::failed, fmt::format("two different users are named '{}'", user.name), user.origin,
                  fmt::format("{} has number {}, {} wants {}", there->origin, there->uid, user.origin, user.uid));
    }
    for (const User& other : accounts.users)
      if (other.uid == user.uid)
        return fail(ErrorKind::failed,
                    fmt::format("users '{}' and '{}' have the same number {}", other.name, user.name, user.uid),
                    user.origin, fmt::format("'{}' comes from {}", other.name, other.origin));
    accounts.users.push_back(std::move(user));
    return {};
  }

  Result<> add_member(const std::string& user, const std::string& group, const std::string& origin) {
    for (Group& one : accounts.groups) {
      if (one.name != group) continue;
      if (std::find(one.members.begin(), one.members.end(), user) == one.members.end()) one.members.push_back(user);
      return {};
    }
    return fail(ErrorKind::failed, fmt::format("user '{}' is to be in group '{}', which does not exist", user, group),
                origin);
  }

  // The highest number below 1000 that is neither a user's nor a group's.
  uint32_t free_id() const {
    std::set<uint32_t> taken;
    for (const User& user : accounts.users) taken.insert(user.uid);
    for (const Group& group : accounts.groups) taken.insert(group.gid);
    uint32_t id = 999;
    while (taken.contains(id)) --id;
    return id;
  }
};

// etc/passwd and etc/group that packages bring.
Result<> add_files(Collector& collector, const Draft& draft) {
  if (auto groups = TRY(draft.read("etc/group")))
    for (std::string_view line : util::lines(*groups)) {
      std::vector<std::string_view> fields = util::split(line, ':');
      auto gid = fields.size() == 4 ? number(fields[2]) : std::nullopt;
      if (!gid || collector.accounts.group(fields[0])) continue;
      Group group{std::string(fields[0]), *gid, {}, "/etc/group"};
      for (std::string_view member : util::split(fields[3], ','))
        if (!member.empty()) group.members.emplace_back(member);
      TRY(collector.add_group(std::move(group)));
    }
  if (auto users = TRY(draft.read("etc/passwd")))
    for (std::string_view line : util::lines(*users)) {
      std::vector<std::string_view> f = util::split(line, ':');
      auto uid = f.size() == 7 ? number(f[2]) : std::nullopt;
      auto gid = f.size() == 7 ? number(f[3]) : std::nullopt;
      if (!uid || !gid || collector.accounts.user(f[0])) continue;
      TRY(collector.add_user(
          {std::string(f[0]), *uid, *gid, std::string(f[4]), std::string(f[5]), std::string(f[6]), "/etc/passwd"}));
    }
  return {};
}

Result<> add_spec(Collector& collector, const spec::ImageSpec& spec) {
  for (const spec::GroupSpec& group : spec.groups) TRY(collector.add_group({group.name, group.gid, {}, group.where}));
  for (const spec::UserSpec& user : spec.users) {
    uint32_t gid = user.gid.value_or(user.uid);
    if (!user.gid) {
      const Group* own = collector.accounts.group(user.name);
      if (own)
        gid = own->gid;
      else
        TRY(collector.add_group({user.name, gid, {}, user.where}));
    }
    TRY(collector.add_user({user.name, user.uid, gid, user.comment, user.home, user.shell, user.where}));
  }
  return {};
}

// usr/lib/sysusers.d and etc/sysusers.d: the latter's file replaces the former's of the same name.
Result<std::vector<SysusersLine>> read_sysusers(const Draft& draft) {
  std::map<std::string, std::string> files;  // name → path
  for (const char* folder : {"usr/lib/sysusers.d", "etc/sysusers.d"})
    for (const std::string& name : draft.names_in(folder))
      if (name.ends_with(".conf")) files[name] = std::string(folder) + "/" + name;
  std::vector<SysusersLine> lines;
  for (const auto& [name, path] : files) {
    auto text = TRY(draft.read(path));
    if (!text) continue;
    for (SysusersLine& line : TRY(parse_sysusers(*text, "/" + path))) lines.push_back(std::move(line));
  }
  return lines;
}

Result<> add_sysusers_group(Collector& collector, const SysusersLine& line) {
  if (line.type != 'g') return {};
  if (line.id.empty() || line.id[0] == '/') {
    if (!collector.accounts.group(line.name))
      TRY(collector.add_group({line.name, collector.free_id(), {}, line.where}));
    return {};
  }
  auto gid = number(line.id);
  if (!gid) return fail(ErrorKind::failed, fmt::format("'{}' is no group number", line.id), line.where);
  return collector.add_group({line.name, *gid, {}, line.where});
}

// "-", "UID", "UID:GID", "UID:GROUP" or a path (whose owner a running system would take: here it counts as "-").
Result<> add_sysusers_user(Collector& collector, const SysusersLine& line) {
  if (line.type != 'u') return {};
  Accounts& accounts = collector.accounts;
  std::optional<uint32_t> uid, gid;
  size_t colon = line.id.find(':');
  std::string_view first = std::string_view(line.id).substr(0, colon);
  if (!first.empty() && first[0] != '/') {
    uid = number(first);
    if (!uid && first != "-") return fail(ErrorKind::failed, fmt::format("'{}' is no user number", first), line.where);
  }
  if (colon != std::string::npos) {
    gid = accounts.gid(std::string_view(line.id).substr(colon + 1));
    if (!gid) return fail(ErrorKind::failed, fmt::format("no group '{}'", line.id.substr(colon + 1)), line.where);
  }
  if (const User* there = accounts.user(line.name)) uid = uid.value_or(there->uid);
  const Group* own = accounts.group(line.name);
  if (!uid) {
    bool taken = false;
    for (const User& user : accounts.users) taken |= own && user.uid == own->gid;
    uid = own && !taken ? own->gid : collector.free_id();
  }
  if (!gid && own) gid = own->gid;
  if (!gid) {
    gid = *uid;
    for (const Group& group : accounts.groups)
      if (group.gid == *gid) gid = collector.free_id();
    TRY(collector.add_group({line.name, *gid, {}, line.where}));
  }
  std::string shell = line.shell.empty() ? (*uid == 0 ? "/bin/sh" : nologin) : line.shell;
  return collector.add_user(
      {line.name, *uid, *gid, line.comment, line.home.empty() ? "/" : line.home, shell, line.where});
}

Result<> add_sysusers(Collector& collector, const Draft& draft) {
  std::vector<SysusersLine> lines = TRY(read_sysusers(draft));
  for (const SysusersLine& line : lines) TRY(add_sysusers_group(collector, line));
  // Those with numbers first, so that none of them is given to one without.
  for (bool numbered : {true, false})
    for (const SysusersLine& line : lines)
      if (numbered == (!line.id.empty() && line.id[0] >= '0' && line.id[0] <= '9'))
        TRY(add_sysusers_user(collector, line));
  for (const SysusersLine& line : lines)
    if (line.type == 'm') TRY(collector.add_member(line.name, line.id, line.where));
  return {};
}

}  // namespace

const User* Accounts::user(std::string_view name) const { return by_name(users, name); }
const Group* Accounts::group(std::string_view name) const { return by_name(groups, name); }

std::optional<uint32_t> Accounts::uid(std::string_view text) const {
  if (text.empty()) return 0;
  if (const User* found = user(text)) return found->uid;
  return number(text);
}

std::optional<uint32_t> Accounts::gid(std::string_view text) const {
  if (text.empty()) return 0;
  if (const Group* found = group(text)) return found->gid;
  return number(text);
}

std::optional<std::vector<std::string>> quoted_words(std::string_view line) {
  std::vector<std::string> words;
  for (size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
      ++i;
      continue;
    }
    std::string word;
    char quote = 0;
    for (; i < line.size() && (quote || (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')); ++i) {
      char c = line[i];
      if (c == '\\' && i + 1 < line.size())
        word += line[++i];
      else if (quote ? c == quote : (c == '"' || c == '\''))
        quote = quote ? 0 : c;
      else
        word += c;
    }
    if (quote) return std::nullopt;
    words.push_back(std::move(word));
  }
  return words;
}

Result<std::vector<SysusersLine>> parse_sysusers(std::string_view text, std::string_view file) {
  std::vector<SysusersLine> lines;
  size_t count = 0;
  for (std::string_view raw : util::lines(text)) {
    std::string where = fmt::format("{}:{}", file, ++count);
    std::string_view line = util::trim(raw);
    if (line.empty() || line[0] == '#') continue;
    auto words = quoted_words(line);
    if (!words) return fail(ErrorKind::failed, "a quote does not end", where);
    std::string type = (*words)[0];
    if (type.size() > 1 && type.ends_with('!')) type.pop_back();  // "u!": locked, as all of ours are
    if (type.size() != 1 || std::string_view("ugmr").find(type[0]) == std::string_view::npos)
      return fail(ErrorKind::failed, fmt::format("'{}' is no kind of line of sysusers.d", type), where, {},
                  "there are u, g, m and r");
    if (words->size() < 2 || words->size() > 6)
      return fail(ErrorKind::failed, "a line of sysusers.d has 2 to 6 fields", where);
    words->resize(6);
    for (std::string& word : *words) {
      if (word == "-") word.clear();
      for (size_t at = 0; (at = word.find("%%", at)) != std::string::npos; ++at) word.erase(at, 1);
      if (word.find(':') != std::string::npos && &word != &(*words)[2])
        return fail(ErrorKind::failed, "a field holds a colon", where);
    }
    SysusersLine entry{type[0], (*words)[1], (*words)[2], (*words)[3], (*words)[4], (*words)[5], where};
    if (entry.type != 'r' && !is_account_name(entry.name))
      return fail(ErrorKind::failed, fmt::format("'{}' is no name of an account", entry.name), where);
    if (entry.type == 'm' && !is_account_name(entry.id))
      return fail(ErrorKind::failed, fmt::format("'{}' is no name of a group", entry.id), where);
    lines.push_back(std::move(entry));
  }
  return lines;
}

Result<Accounts> collect_accounts(const spec::ImageSpec& spec, const Draft& draft) {
  Collector collector;
  TRY(add_files(collector, draft));
  if (!collector.accounts.group("root")) TRY(collector.add_group({"root", 0, {}, "every image"}));
  if (!collector.accounts.user("root")) {
    const tree::Entry* shell = draft.open("/bin/sh");
    TRY(collector.add_user({"root", 0, 0, "root", "/root", shell ? "/bin/sh" : nologin, "every image"}));
  }
  if (!collector.accounts.group("nobody")) TRY(collector.add_group({"nobody", nobody_id, {}, "every image"}));
  if (!collector.accounts.user("nobody"))
    TRY(collector.add_user({"nobody", nobody_id, nobody_id, "nobody", "/nonexistent", nologin, "every image"}));
  TRY(add_spec(collector, spec));
  TRY(add_sysusers(collector, draft));
  for (const spec::UserSpec& user : spec.users)
    for (const std::string& group : user.groups) TRY(collector.add_member(user.name, group, user.where));
  auto by_id = [](auto id) { return [id](const auto& a, const auto& b) { return a.*id < b.*id; }; };
  std::sort(collector.accounts.users.begin(), collector.accounts.users.end(), by_id(&User::uid));
  std::sort(collector.accounts.groups.begin(), collector.accounts.groups.end(), by_id(&Group::gid));
  return std::move(collector.accounts);
}

Result<> put_accounts(const Accounts& accounts, Draft& draft) {
  std::string passwd, group;
  // "x" without an /etc/shadow: nobody can log in by password, which is as it should be in a container.
  for (const User& user : accounts.users)
    passwd += fmt::format("{}:x:{}:{}:{}:{}:{}\n", user.name, user.uid, user.gid, user.comment, user.home, user.shell);
  for (const Group& one : accounts.groups)
    group += fmt::format("{}:x:{}:{}\n", one.name, one.gid, util::join(one.members, ","));
  TRY(draft.put_file("etc/passwd", passwd));
  TRY(draft.put_file("etc/group", group));
  return {};
}

}  // namespace cooper::image

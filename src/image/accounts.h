// Users and groups of the image: from the spec, from packages' passwd files and from their sysusers.d.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/draft.h"
#include "spec/spec.h"
#include "util/error.h"

namespace cooper::image {

struct User {
  std::string name;
  uint32_t uid = 0, gid = 0;
  std::string comment, home, shell;
  std::string origin;  // who asks for it, for messages
};
struct Group {
  std::string name;
  uint32_t gid = 0;
  std::vector<std::string> members;  // by name
  std::string origin;
};

struct Accounts {
  std::vector<User> users;
  std::vector<Group> groups;

  const User* user(std::string_view name) const;
  const Group* group(std::string_view name) const;
  // A name or a number; "" is root.
  std::optional<uint32_t> uid(std::string_view name_or_number) const;
  std::optional<uint32_t> gid(std::string_view name_or_number) const;
};

// One line of sysusers.d(5).
struct SysusersLine {
  char type = 'u';                             // u, g, m or r
  std::string name, id, comment, home, shell;  // "" for "-" and what is not given
  std::string where;                           // file:line
};
// Errors: failed, `where` = file:line, for a line that is none. `file` is for messages.
Result<std::vector<SysusersLine>> parse_sysusers(std::string_view text, std::string_view file);

// The words of a line in the manner of sysusers.d and tmpfiles.d: white space between, '…' and "…" kept together,
// backslash escapes. nullopt where a quote does not end.
std::optional<std::vector<std::string>> quoted_words(std::string_view line);

// root and nobody, what etc/passwd and etc/group of the packages hold, the spec's users and groups, and
// usr/lib/sysusers.d/*.conf (those in etc/sysusers.d of the same name instead). A user without a number gets the
// highest free one below 1000, in the order of the files: the same packages, the same numbers. Errors: failed or usage,
// where two ask for different things under one name or number.
Result<Accounts> collect_accounts(const spec::ImageSpec& spec, const Draft& draft);

// Writes etc/passwd and etc/group.
Result<> put_accounts(const Accounts& accounts, Draft& draft);

}  // namespace cooper::image

#include "helper/capabilities.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "helper/helper.h"
#include "util/text.h"

namespace cooper::helper {
namespace {

// In the order of their numbers (linux/capability.h).
constexpr std::array<std::string_view, 41> names{"chown",
                                                 "dac_override",
                                                 "dac_read_search",
                                                 "fowner",
                                                 "fsetid",
                                                 "kill",
                                                 "setgid",
                                                 "setuid",
                                                 "setpcap",
                                                 "linux_immutable",
                                                 "net_bind_service",
                                                 "net_broadcast",
                                                 "net_admin",
                                                 "net_raw",
                                                 "ipc_lock",
                                                 "ipc_owner",
                                                 "sys_module",
                                                 "sys_rawio",
                                                 "sys_chroot",
                                                 "sys_ptrace",
                                                 "sys_pacct",
                                                 "sys_admin",
                                                 "sys_boot",
                                                 "sys_nice",
                                                 "sys_resource",
                                                 "sys_time",
                                                 "sys_tty_config",
                                                 "mknod",
                                                 "lease",
                                                 "audit_write",
                                                 "audit_control",
                                                 "setfcap",
                                                 "mac_override",
                                                 "mac_admin",
                                                 "syslog",
                                                 "wake_alarm",
                                                 "block_suspend",
                                                 "audit_read",
                                                 "perfmon",
                                                 "bpf",
                                                 "checkpoint_restore"};

struct Sets {
  uint64_t effective = 0, inheritable = 0, permitted = 0;
};

Result<uint64_t> read_names(std::string_view text) {
  if (text.empty() || text == "all") return (uint64_t{1} << names.size()) - 1;
  uint64_t bits = 0;
  for (std::string_view name : util::split(text, ',')) {
    std::string lower;
    for (char c : name) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    size_t i = 0;
    while (i < names.size() && lower != "cap_" + std::string(names[i])) ++i;
    if (i == names.size()) return refuse("'" + std::string(name) + "' is not a capability");
    bits |= uint64_t{1} << i;
  }
  return bits;
}

Result<> apply_clause(std::string_view clause, Sets& sets) {
  size_t i = clause.find_first_of("=+-");
  if (i == std::string_view::npos) return refuse("'" + std::string(clause) + "' has no =, + or -");
  uint64_t bits = TRY(read_names(clause.substr(0, i)));
  while (i < clause.size()) {
    char op = clause[i++];
    if (op == '=') {
      sets.effective &= ~bits;
      sets.inheritable &= ~bits;
      sets.permitted &= ~bits;
    }
    for (; i < clause.size() && std::string_view("=+-").find(clause[i]) == std::string_view::npos; ++i) {
      uint64_t* set = clause[i] == 'e' ? &sets.effective : clause[i] == 'i' ? &sets.inheritable : &sets.permitted;
      if (std::string_view("eip").find(clause[i]) == std::string_view::npos)
        return refuse("'" + std::string(clause) + "' has a flag that is not e, i or p");
      if (op == '-')
        *set &= ~bits;
      else
        *set |= bits;
    }
  }
  return {};
}

void append_word(std::string& hex, uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) hex += fmt::format("{:02x}", (word >> shift) & 0xFF);
}

}  // namespace

Result<std::string> encode_capabilities(std::string_view text) {
  Sets sets;
  for (std::string_view clause : util::words(text)) TRY(apply_clause(clause, sets));
  // The effective set of a file is one bit: all of its permitted and inheritable capabilities, or none.
  if (sets.effective != 0 && sets.effective != (sets.permitted | sets.inheritable))
    return refuse("'" + std::string(text) +
                  "' cannot be stored: the effective set must be empty or hold all the others");
  std::string hex;
  append_word(hex, 0x02000000u | (sets.effective != 0 ? 1u : 0u));
  for (int half = 0; half < 64; half += 32) {
    append_word(hex, static_cast<uint32_t>(sets.permitted >> half));
    append_word(hex, static_cast<uint32_t>(sets.inheritable >> half));
  }
  return hex;
}

}  // namespace cooper::helper

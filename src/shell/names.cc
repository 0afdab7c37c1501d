#include "shell/names.h"

#include <algorithm>
#include <array>

namespace cooper::shell {

namespace {

constexpr std::array<std::string_view, 50> set_by_bash = {"BASH",
                                                          "BASHOPTS",
                                                          "BASHPID",
                                                          "BASH_ALIASES",
                                                          "BASH_ARGC",
                                                          "BASH_ARGV",
                                                          "BASH_ARGV0",
                                                          "BASH_CMDS",
                                                          "BASH_COMMAND",
                                                          "BASH_LINENO",
                                                          "BASH_LOADABLES_PATH",
                                                          "BASH_MONOSECONDS",
                                                          "BASH_SOURCE",
                                                          "BASH_SUBSHELL",
                                                          "BASH_TRAPSIG",
                                                          "BASH_VERSINFO",
                                                          "BASH_VERSION",
                                                          "COLUMNS",
                                                          "COMP_WORDBREAKS",
                                                          "DIRSTACK",
                                                          "EPOCHREALTIME",
                                                          "EPOCHSECONDS",
                                                          "EUID",
                                                          "FUNCNAME",
                                                          "GROUPS",
                                                          "HISTCMD",
                                                          "HOSTNAME",
                                                          "HOSTTYPE",
                                                          "LINENO",
                                                          "LINES",
                                                          "MACHTYPE",
                                                          "OLDPWD",
                                                          "OPTERR",
                                                          "OPTIND",
                                                          "OSTYPE",
                                                          "PIPESTATUS",
                                                          "PPID",
                                                          "PS4",
                                                          "PWD",
                                                          "RANDOM",
                                                          "SECONDS",
                                                          "SHELL",
                                                          "SHELLOPTS",
                                                          "SHLVL",
                                                          "SRANDOM",
                                                          "UID",
                                                          "TERM",
                                                          "TMPDIR",
                                                          "_",
                                                          "COPROC"};

bool is_one_of(auto& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

}  // namespace

bool is_set_by_bash(std::string_view name) { return is_one_of(set_by_bash, name); }

bool may_be_set_by_bash(std::string_view prefix) {
  return std::ranges::any_of(set_by_bash, [&](std::string_view name) { return name.starts_with(prefix); });
}

bool is_special_to_assign(std::string_view name, std::string_view value) {
  if (name.starts_with("LC_") || name == "LANG" || name == "LANGUAGE")
    return value != "C" && value != "POSIX" && value != "C.UTF-8";
  if (name == "BASH_COMPAT") return value != "3.2" && value != "4.2" && value != "5.0" && value != "5.3";
  for (std::string_view prefix : {"BASH_ENV", "BASH_XTRACEFD", "BASH_REMATCH", "HISTFILE", "HISTSIZE", "HISTCONTROL",
                                  "HISTIGNORE", "HISTTIMEFORMAT"})
    if (name.starts_with(prefix)) return true;
  constexpr std::array<std::string_view, 9> more = {"POSIXLY_CORRECT", "GLOBIGNORE", "IGNOREEOF", "TIMEFORMAT", "TZ",
                                                    "OPTARG",          "EXECIGNORE", "FUNCNEST",  "CHILD_MAX"};
  bool harmless = name == "SHELL" || name == "TERM" || name == "TMPDIR" || name == "COLUMNS" || name == "LINES" ||
                  name == "HOSTNAME" || name == "HOSTTYPE" || name == "MACHTYPE" || name == "OSTYPE";
  return is_one_of(more, name) || (is_set_by_bash(name) && !harmless);
}

}  // namespace cooper::shell

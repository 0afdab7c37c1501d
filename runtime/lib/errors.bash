# Failure: die, nonfatal, assert, pipestatus (PMS 12.3.1, 12.3.6).
#
# A failure may happen in the main shell, in a subshell, or in a helper program that xargs started. All three end the same way:
# the record is on the status pipe once, and the main shell gets SIGUSR1 and exits with 1.

# A helper that fails writes its message to the file helper-failure and signals the main shell; where it runs in a subshell, the
# ERR trap, which subshells keep, finds the file and reports the stack of the subshell.
__cooper_install_traps() {
  __cooper_forget died helper-failure
  trap __cooper_on_exit EXIT
  trap __cooper_on_signal USR1
  set -o errtrace
  trap '__cooper_on_error $? "${BASH_COMMAND}"' ERR
}

# Removes files of the state folder. Mostly there are none, and then it costs no program.
__cooper_forget() {
  local file
  for file in "$@"; do
    [[ ! -e ${COOPER_STATE}/${file} ]] || rm -f -- "${COOPER_STATE}/${file}"
  done
}

# Bash calls this only where nobody looks at a status.
__cooper_on_error() {
  [[ ! -s ${COOPER_STATE}/helper-failure ]] || __cooper_helper_failed
  [[ ${BASHPID} != "$$" || ${BASH_SOURCE[1]} == "${__cooper_runtime}"/* ]] || __cooper_note_ignored "$@"
}

# Programs that fail for a reason; what others answer, as grep and diff do, may be an answer.
__cooper_must_succeed=' ar autoconf automake autoreconf bzip2 c++ cat cc cd chmod chown clang clang++ cmake cp csplit dd g++ gcc gzip install
libtoolize ln make meson mkdir mv ninja patch perl popd pushd python python3 rm rmdir sed tar touch truncate unzip xz zstd '

# __cooper_note_ignored STATUS COMMAND: a QA message for a failure that should have ended the build ("missing || die").
__cooper_note_ignored() {
  local status=$1 command=$2 place=${BASH_SOURCE[2]##*/}:${BASH_LINENO[1]} program
  program=${command%%[[:blank:]]*}
  [[ ${__cooper_must_succeed} == *[[:space:]]"${program##*/}"[[:space:]]* || ${program} == ./* ]] || return 0
  [[ " ${__cooper_ignored_places} " != *" ${place} "* ]] || return 0
  __cooper_ignored_places+=" ${place}"
  ((${#command} <= 60)) || command="${command:0:57}..."
  __cooper_quality "${place}: '${command//$'\n'/ }' failed with status ${status} and nothing looked at that; '|| die' is missing"
}

__cooper_on_exit() {
  local status=$?
  [[ -n ${__cooper_finished} || -e ${COOPER_STATE}/died ]] && return
  __cooper_report "the ebuild or an eclass called exit ${status}; only \`die\` may end a build"
  exit 1
}

# Bash does not know the line of the command that a signal interrupts. So this only arms the DEBUG trap, which fires before the next
# command and knows its line; the ERR trap, where the helper's status is not looked at, comes first and is exact.
__cooper_on_signal() {
  [[ -e ${COOPER_STATE}/died ]] && exit 1
  set -o functrace
  trap __cooper_helper_failed DEBUG
}

__cooper_helper_failed() {
  local message='a helper command failed'
  [[ -s ${COOPER_STATE}/helper-failure ]] && message=$(<"${COOPER_STATE}/helper-failure")
  __cooper_end "${message}"
}

# Ends the build from whatever shell this is.
__cooper_end() {
  set +o functrace
  trap - ERR DEBUG
  if [[ ! -e ${COOPER_STATE}/died ]]; then
    : >"${COOPER_STATE}/died"
    __cooper_report "$1"
    local hook
    for hook in ${EBUILD_DEATH_HOOKS}; do
      "${hook}" >&2
    done
  fi
  [[ ${BASHPID} == "$$" ]] || kill -USR1 "$$"
  exit 1
}

# Tells the user and cooper what failed, and where: the innermost frame that is not the runtime's.
__cooper_report() {
  local message=$1 frame place= file= line=0
  local -a stack=()
  for ((frame = 1; frame < ${#FUNCNAME[@]}; ++frame)); do
    [[ ${BASH_SOURCE[frame]} == "${__cooper_runtime}"/* ]] && continue
    [[ ${FUNCNAME[frame]} == source && ${BASH_SOURCE[frame]} == environment ]] && continue
    stack+=("${FUNCNAME[frame]}"$'\t'"${BASH_SOURCE[frame]}"$'\t'"${BASH_LINENO[frame - 1]}")
    [[ -n ${place} ]] && continue
    place=1 file=${BASH_SOURCE[frame]} line=${BASH_LINENO[frame - 1]}
  done
  local phase=${EBUILD_PHASE:-global} one_line=${message//[$'\t\n']/ }
  __cooper_event die "${phase}" "${file}" "${line}" "${one_line}"
  for frame in "${stack[@]}"; do
    __cooper_event stack "${frame}"
  done
  {
    printf '\n * %s failed in phase %s:\n' "${CATEGORY}/${PF}" "${phase}"
    printf ' *   %s\n' "${message}"
    for frame in "${stack[@]}"; do
      IFS=$'\t' read -r phase file line <<<"${frame}"
      printf ' *     at %s (%s:%s)' "${phase}" "${file##*/}" "${line}"
      local -a text=()
      [[ -r ${file} ]] && ((line > 0)) && mapfile -t -s $((line - 1)) -n 1 text <"${file}"
      printf '  %s\n' "${text[0]#"${text[0]%%[![:blank:]]*}"}"
    done
    printf ' * working directory: %s\n' "${PWD}"
    if ((__cooper_eapi == 9 && BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 503)); then
      printf ' * note: ebuilds of EAPI 9 may use what bash 5.3 has; here is bash %s\n' "${BASH_VERSION%%[!0-9.]*}"
    fi
  } >&2
}

# Whether failing commands return instead of ending the build.
__cooper_is_nonfatal() { [[ ${COOPER_NONFATAL} == 1 ]]; }

die() {
  local IFS=$' \t\n'
  if [[ $1 == -n && ${__cooper_eapi} -ge 6 ]]; then
    shift
    if __cooper_is_nonfatal; then
      (($# > 0)) && eerror "$@"
      return 1
    fi
  fi
  __cooper_end "${*:-die was called without a message}"
}

# __cooper_fail MESSAGE: a command of the package manager failed: dies, or returns 1 under nonfatal and before EAPI 4.
__cooper_fail() {
  if __cooper_is_nonfatal || ((__cooper_eapi < 4)); then
    eerror "$1"
    return 1
  fi
  __cooper_end "$1"
}

__cooper_banned() { __cooper_end "${FUNCNAME[1]} is banned in EAPI ${EAPI} (PMS 12.3.2)"; }

nonfatal() {
  (($# > 0)) || __cooper_end 'nonfatal needs a command'
  local -x COOPER_NONFATAL=1
  "$@"
}

assert() {
  local -a status=("${PIPESTATUS[@]}")
  ((__cooper_eapi < 9)) || __cooper_banned
  local one
  for one in "${status[@]}"; do
    [[ ${one} == 0 ]] || die "$@"
  done
}

pipestatus() {
  local -a status=("${PIPESTATUS[@]}")
  local one result=0
  for one in "${status[@]}"; do
    [[ ${one} == 0 ]] || result=${one}
  done
  if [[ $1 == -v ]]; then
    printf '%s\n' "${status[*]}"
  elif (($# > 0)); then
    __cooper_end "pipestatus: unknown argument '$1'"
  fi
  return "${result}"
}

# Text lists (PMS 12.3.13), USE flags (PMS 12.3.12) and the small commands that only look something up.

has() {
  local wanted=$1 word
  shift
  for word in "$@"; do
    [[ ${word} == "${wanted}" ]] && return 0
  done
  return 1
}

hasv() {
  ((__cooper_eapi < 8)) || __cooper_banned
  has "$@" && printf '%s\n' "$1"
}

hasq() {
  ((__cooper_eapi < 8)) || __cooper_banned
  has "$@"
}

__cooper_in_iuse() { [[ " ${COOPER_IUSE_EFFECTIVE} " == *[[:space:]]"$1"[[:space:]]* ]]; }

in_iuse() {
  (($# == 1)) || die 'in_iuse: usage: in_iuse FLAG'
  __cooper_in_iuse "$1"
}

use() {
  (($# > 0)) || die 'use: usage: use [!]FLAG'
  local flag=${1#!}
  [[ -n ${flag} ]] || die 'use: no flag was named'
  if ((__cooper_eapi >= 4)) && ! __cooper_in_iuse "${flag}"; then
    die "USE flag '${flag}' is not in IUSE of ${CATEGORY}/${PF}"
  fi
  if [[ $1 == '!'* ]]; then
    [[ " ${USE} " != *[[:space:]]"${flag}"[[:space:]]* ]]
  else
    [[ " ${USE} " == *[[:space:]]"${flag}"[[:space:]]* ]]
  fi
}

useq() {
  ((__cooper_eapi < 8)) || __cooper_banned
  use "$@"
}

usev() {
  local -i most=$((__cooper_eapi >= 8 ? 2 : 1))
  (($# >= 1 && $# <= most)) || die "usev: takes 1 to ${most} arguments in EAPI ${EAPI}, got $#"
  use "$1" || return
  printf '%s\n' "${2-${1#!}}"
}

usex() {
  (($# >= 1 && $# <= 5)) || die "usex: takes 1 to 5 arguments, got $#"
  if use "$1"; then
    printf '%s\n' "${2-yes}$4"
  else
    printf '%s\n' "${3-no}$5"
  fi
}

# __cooper_use_option YES NO FLAG [OPTION [VALUE]]
__cooper_use_option() {
  local yes=$1 no=$2
  shift 2
  (($# >= 1 && $# <= 3)) || die "${FUNCNAME[1]}: takes 1 to 3 arguments, got $#"
  local option=${2:-${1#!}} value=
  (($# == 3)) && [[ -n $3 || ${__cooper_eapi} -ge 4 ]] && value="=$3"
  if use "$1"; then
    printf '%s\n' "--${yes}-${option}${value}"
  else
    printf '%s\n' "--${no}-${option}"
    # The status tells the flag, as older ebuilds expect.
    ((__cooper_eapi >= 4)) || return 1
  fi
}

use_with() { __cooper_use_option with without "$@"; }
use_enable() { __cooper_use_option enable disable "$@"; }

# Sets REPLY (PMS 12.3.15).
__cooper_libdir() {
  local name="LIBDIR_${ABI}"
  REPLY=lib
  [[ -z ${ABI} || -z ${!name} ]] || REPLY=${!name}
}

get_libdir() {
  local REPLY
  __cooper_libdir
  printf '%s\n' "${REPLY}"
}

edo() {
  (($# > 0)) || die 'edo: no command was given'
  local text
  printf -v text ' %q' "$@"
  printf '>>>%s\n' "${text}" >&2
  "$@" || die -n "edo failed: ${text# }"
}

# The environment: what cooper passes (PMS 11.1), what is exported in which EAPI, and saving it between phases (PMS 11.2).

# Sets __cooper_names to the names of all functions. By way of a file, as that needs no fork.
__cooper_list_functions() {
  compgen -A function >"${COOPER_STATE}/names"
  mapfile -t __cooper_names <"${COOPER_STATE}/names"
}

# The functions of the runtime.
__cooper_note_own_functions() {
  local __cooper_name
  __cooper_list_functions
  declare -gA __cooper_own_functions
  for __cooper_name in "${__cooper_names[@]}"; do
    __cooper_own_functions[${__cooper_name}]=1
  done
}

# Not the same from phase to phase or from root to root, so never saved.
__cooper_unsaved=" A BROOT CATEGORY D DISTDIR ED EBUILD_PHASE EBUILD_PHASE_FUNC EPREFIX EROOT ESYSROOT FILESDIR HOME \
ECLASSDIR MERGE_TYPE P PATH PF PN PORTDIR PR PV PVR PWD OLDPWD REPLACED_BY_VERSION REPLACING_VERSIONS ROOT SYSROOT T TMPDIR WORKDIR \
BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_COMPAT BASH_LINENO \
BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION COLUMNS COMP_WORDBREAKS DIRSTACK EPOCHREALTIME \
EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD HOSTNAME HOSTTYPE IFS LC_ALL LINENO LINES MACHTYPE MAKEFLAGS MAILCHECK OPTERR \
OPTIND OSTYPE PIPESTATUS POSIXLY_CORRECT PPID PS4 RANDOM REPLY SECONDS SHELL SHELLOPTS SHLVL SRANDOM TERM TZ UID \
SOURCE_DATE_EPOCH _ "

# Kept as shell variables, not exported, from EAPI 9 on (PMS 11.1); helpers read the COOPER_ copies.
__cooper_unexported=(A BROOT CATEGORY D DISTDIR EBUILD_PHASE EBUILD_PHASE_FUNC ED EPREFIX EROOT ESYSROOT FILESDIR MERGE_TYPE P PF
  PN PR PV PVR REPLACED_BY_VERSION REPLACING_VERSIONS ROOT S SYSROOT T USE WORKDIR ARCH CONFIG_PROTECT CONFIG_PROTECT_MASK
  ENV_UNSET IUSE_IMPLICIT USE_EXPAND USE_EXPAND_HIDDEN USE_EXPAND_IMPLICIT USE_EXPAND_UNPREFIXED)

__cooper_read_eapi() {
  [[ ${COOPER_EAPI} == [0-9] ]] || __cooper_end "the runtime does not know EAPI '${COOPER_EAPI}'"
  __cooper_eapi=${COOPER_EAPI}
}

# Paths end as PMS 11.1.4 says.
__cooper_set_slashes() {
  local name
  for name in D ED ROOT EROOT; do
    [[ -n ${!name+set} ]] || continue
    printf -v "${name}" '%s' "${!name%/}"
    ((__cooper_eapi >= 7)) || printf -v "${name}" '%s' "${!name}/"
  done
}

__cooper_prepare_environment() {
  local name
  unset -v GZIP BZIP BZIP2 CDPATH GREP_OPTIONS GREP_COLOR GLOBIGNORE
  if ((__cooper_eapi >= 7)); then
    for name in ${ENV_UNSET}; do
      unset -v "${name}"
    done
  fi
  # What only some EAPIs have (PMS 11.1).
  if ((__cooper_eapi < 7)); then
    unset -v SYSROOT ESYSROOT BROOT
    # There is no repository in the sandbox, but what is here has the same names below it.
    export PORTDIR=${__cooper_home} ECLASSDIR=${__cooper_home}/eclass
  fi
  : "${S=${WORKDIR}/${P}}" "${MERGE_TYPE=source}" "${REPLACING_VERSIONS=}" "${REPLACED_BY_VERSION=}"
  USE=${USE:-} COOPER_IUSE_EFFECTIVE=" ${COOPER_IUSE_EFFECTIVE} "
  __cooper_set_slashes
  export COOPER_PID=$$ COOPER_STATE COOPER_CATEGORY=${CATEGORY} COOPER_PN=${PN} COOPER_PF=${PF} COOPER_D=${D} COOPER_ED=${ED} \
    COOPER_T=${T} COOPER_DISTDIR=${DISTDIR} COOPER_USE=${USE}
  export EBUILD_PHASE EBUILD_PHASE_FUNC S MERGE_TYPE REPLACING_VERSIONS REPLACED_BY_VERSION
}

# What EAPI 9 keeps to the shell itself. Exporting by ebuilds stays possible, so this is done once, before they are sourced.
__cooper_unexport() {
  ((__cooper_eapi >= 9)) || return 0
  declare -g +x "${__cooper_unexported[@]}"
  local name
  for name in ${USE_EXPAND} ${USE_EXPAND_UNPREFIXED}; do
    declare -g +x "${name}" "USE_EXPAND_VALUES_${name}"
  done
}

# Takes away what the EAPI does not have, so that eclasses that bring their own version of it see that it is missing.
__cooper_remove_commands() {
  local -a gone=()
  ((__cooper_eapi >= 4)) || gone+=(nonfatal docompress default_src_install)
  ((__cooper_eapi >= 5)) || gone+=(usex)
  ((__cooper_eapi >= 6)) || gone+=(in_iuse eapply eapply_user einstalldocs get_libdir)
  ((__cooper_eapi >= 7)) || gone+=(eqawarn dostrip ver_cut ver_rs ver_test)
  ((__cooper_eapi >= 9)) || gone+=(edo pipestatus ver_replacing)
  ((__cooper_eapi >= 2)) || gone+=(default default_pkg_nofetch)
  ((${#gone[@]} == 0)) || unset -f "${gone[@]}"
}

# Sets __cooper_names to the names of all variables that have a value.
__cooper_list_variables() {
  local __cooper_text
  printf -v __cooper_text '"${!%s@}" ' {a..z} {A..Z} _
  eval "__cooper_names=(${__cooper_text})"
}

# Writes all variables and functions of the ebuild and its eclasses, as text to source at top level.
__cooper_save_environment() {
  local IFS=$' \t\n' __cooper_target=$1 __cooper_name __cooper_line __cooper_file
  local -a __cooper_variables=() __cooper_functions=()
  local -A __cooper_skipped=()
  for __cooper_name in ${__cooper_unsaved}; do
    __cooper_skipped[${__cooper_name}]=1
  done
  __cooper_list_variables
  for __cooper_name in "${__cooper_names[@]}"; do
    [[ ${__cooper_name} == __cooper_* || ${__cooper_name} == COOPER_* || -n ${__cooper_skipped[${__cooper_name}]} ]] ||
      __cooper_variables+=("${__cooper_name}")
  done
  # With extdebug, declare -F tells the file of each function; the runtime's own are loaded anew, unless an eclass replaced them.
  __cooper_list_functions
  shopt -s extdebug
  declare -F "${__cooper_names[@]}" >"${COOPER_STATE}/names"
  shopt -u extdebug
  set -o errtrace
  mapfile -t __cooper_names <"${COOPER_STATE}/names"
  for __cooper_line in "${__cooper_names[@]}"; do
    __cooper_name=${__cooper_line%% *} __cooper_file=${__cooper_line#* * }
    [[ ${__cooper_file} == "${__cooper_runtime}"/* && -n ${__cooper_own_functions[${__cooper_name}]} ]] ||
      __cooper_functions+=("${__cooper_name}")
  done
  {
    # Variables that are declared but not set are reported as missing; there is nothing to save of them.
    declare -p -- "${__cooper_variables[@]}" 2>/dev/null
    ((${#__cooper_functions[@]} == 0)) || declare -f -- "${__cooper_functions[@]}"
  } >"${__cooper_target}" || die "cannot save the environment to ${__cooper_target}"
}

# The phases: their defaults per EAPI, their folders, and the runner (PMS 9).

__cooper_has_makefile() { [[ -f Makefile || -f GNUmakefile || -f makefile ]]; }

default_src_unpack() {
  [[ -z ${A} ]] || unpack ${A}
}

default_src_prepare() {
  ((__cooper_eapi >= 6)) || return 0
  local -a separator=()
  ((__cooper_eapi >= 8)) && separator=(--)
  if [[ ${PATCHES@a} == *a* ]]; then
    ((${#PATCHES[@]} == 0)) || eapply "${separator[@]}" "${PATCHES[@]}"
  elif [[ -n ${PATCHES} ]]; then
    eapply "${separator[@]}" ${PATCHES}
  fi
  eapply_user
}

default_src_configure() {
  [[ ! -x ${ECONF_SOURCE:-.}/configure ]] || econf
}

default_src_compile() {
  if ((__cooper_eapi < 2)) && [[ -x ${ECONF_SOURCE:-.}/configure ]]; then
    econf
  fi
  ! __cooper_has_makefile || emake || die 'emake failed'
}

default_src_test() {
  local target
  local -a options=()
  ((__cooper_eapi >= 5)) || options=(-j1)
  for target in check test; do
    if ${MAKE:-make} "${options[@]}" -n "${target}" &>/dev/null; then
      emake "${options[@]}" "${target}" || die "the tests failed (make ${target})"
      return
    fi
  done
}

default_src_install() {
  ((__cooper_eapi >= 4)) || return 0
  ! __cooper_has_makefile || emake DESTDIR="${D}" install
  if ((__cooper_eapi >= 6)); then
    einstalldocs
  elif [[ -z ${DOCS+set} && ${DOCS@a} != *a* ]]; then
    local file
    for file in README* ChangeLog AUTHORS NEWS TODO CHANGES THANKS BUGS FAQ CREDITS CHANGELOG; do
      [[ ! -s ${file} ]] || dodoc "${file}"
    done
  elif [[ ${DOCS@a} == *a* ]]; then
    dodoc "${DOCS[@]}"
  else
    dodoc ${DOCS}
  fi
}

default_pkg_nofetch() {
  [[ -z ${A} ]] || elog "Fetch these files by hand and put them where cooper looks for distfiles: ${A}"
}

default() {
  declare -F "default_${EBUILD_PHASE_FUNC}" >/dev/null || die "there is no default for ${EBUILD_PHASE_FUNC} in EAPI ${EAPI}"
  "default_${EBUILD_PHASE_FUNC}"
}

# Whether the ebuild and its eclasses define a phase function.
__cooper_defines() { declare -F "$1" >/dev/null; }

# The fallback of PMS 9.1.1: WORKDIR stands for a missing S only where there was nothing to unpack and nothing that could make S.
__cooper_enter_source() {
  if [[ -d ${S} ]]; then
    cd -- "${S}" || die "cannot enter S: ${S}"
    return
  fi
  if ((__cooper_eapi >= 4)); then
    local phase
    [[ -z ${A} ]] || die "S is not a folder: ${S}"
    for phase in unpack prepare configure compile test install; do
      if __cooper_defines "src_${phase}"; then
        die "S is not a folder: ${S}"
      fi
      [[ ${phase} != "${EBUILD_PHASE}" ]] || break
    done
  fi
  cd -- "${WORKDIR}" || die "cannot enter WORKDIR: ${WORKDIR}"
}

__cooper_enter_folder() {
  case ${EBUILD_PHASE_FUNC} in
    src_unpack) cd -- "${WORKDIR}" || die "cannot enter WORKDIR: ${WORKDIR}" ;;
    src_*) __cooper_enter_source ;;
    *)
      # Empty also where an earlier phase left something in it.
      local folder=${COOPER_STATE}/empty
      if [[ ! -d ${folder} ]] || compgen -G "${folder}/*" >/dev/null || compgen -G "${folder}/.[!.]*" >/dev/null; then
        rm -rf -- "${folder}"
        mkdir -- "${folder}"
      fi
      cd -- "${folder}" || die "cannot enter ${folder}"
      ;;
  esac
}

# Sources the hooks of the user's configuration, where cooper put some into the sandbox.
__cooper_run_hooks() {
  local hook
  for hook in "${__cooper_home}"/bashrc/*; do
    [[ ! -f ${hook} ]] || source "${hook}"
  done
}

# Whether nothing is to be called for a pkg_* phase, as for most packages: then it costs no fork and no folder.
__cooper_phase_is_empty() {
  [[ ${EBUILD_PHASE_FUNC} == pkg_* && ! -d ${__cooper_home}/bashrc ]] || return 1
  local prefix
  for prefix in '' default_ pre_ post_; do
    ! __cooper_defines "${prefix}${EBUILD_PHASE_FUNC}" || return 1
  done
}

# Sets the shell's options as they were: SHELLOPTS and BASHOPTS of then.
__cooper_restore_options() {
  [[ ${SHELLOPTS} != "$1" || ${BASHOPTS} != "$2" ]] || return 0
  local name IFS=:
  for name in ${SHELLOPTS}; do
    [[ :$1: == *":${name}:"* ]] || set +o "${name}"
  done
  for name in $1; do
    [[ :${SHELLOPTS}: == *":${name}:"* ]] || set -o "${name}"
  done
  for name in ${BASHOPTS}; do
    [[ :$2: == *":${name}:"* ]] || shopt -u "${name}"
  done
  for name in $2; do
    [[ :${BASHOPTS}: == *":${name}:"* ]] || shopt -s "${name}"
  done
}

# What a phase sets of the shell itself ends with it, as ebuilds know it from Portage, where each has a shell of its own.
__cooper_call_phase() {
  local __cooper_function=${EBUILD_PHASE_FUNC} __cooper_shellopts=${SHELLOPTS} __cooper_bashopts=${BASHOPTS}
  __cooper_enter_folder
  umask 022
  __cooper_run_hooks
  if __cooper_defines "pre_${__cooper_function}"; then
    "pre_${__cooper_function}"
  fi
  if __cooper_defines "${__cooper_function}"; then
    "${__cooper_function}"
  elif __cooper_defines "default_${__cooper_function}"; then
    "default_${__cooper_function}"
  fi
  if __cooper_defines "post_${__cooper_function}"; then
    "post_${__cooper_function}"
  fi
  __cooper_restore_options "${__cooper_shellopts}" "${__cooper_bashopts}"
  IFS=$' \t\n'
}

__cooper_run_phase() {
  local __cooper_phase=$1
  case ${__cooper_phase} in
    unpack | prepare | configure | compile | test | install) EBUILD_PHASE_FUNC=src_${__cooper_phase} ;;
    pretend | setup | preinst | postinst | prerm | postrm | config | info | nofetch) EBUILD_PHASE_FUNC=pkg_${__cooper_phase} ;;
    *) die "there is no phase named '${__cooper_phase}'" ;;
  esac
  case ${__cooper_phase} in
    pretend) ((__cooper_eapi >= 4)) || return 0 ;;
    prepare | configure) ((__cooper_eapi >= 2)) || return 0 ;;
    test) ! has test ${COOPER_RESTRICT} || return 0 ;;
  esac
  EBUILD_PHASE=${__cooper_phase}
  __cooper_event phase "${__cooper_phase}"
  ! __cooper_phase_is_empty || return 0
  __cooper_reset_install_state
  case ${__cooper_phase} in
    pretend)
      # In a subshell, as it takes no part in saving the environment.
      (__cooper_call_phase; exit 0)
      (($? == 0)) || die 'pkg_pretend called exit'
      ;;
    prepare)
      __cooper_call_phase
      ((__cooper_eapi < 6)) || [[ -e ${COOPER_STATE}/user-patches-applied ]] ||
        die 'src_prepare must call eapply_user (or default) in EAPI 6 and later'
      ;;
    install)
      # What earlier phases put there does not count.
      ! compgen -G "${D%/}/*" >/dev/null || rm -rf -- "${D}"
      [[ -d ${D} ]] || mkdir -p -- "${D}"
      __cooper_call_phase
      __cooper_finish_image
      ;;
    *) __cooper_call_phase ;;
  esac
}

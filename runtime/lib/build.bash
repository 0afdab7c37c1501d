# Configuring, compiling and patching (PMS 12.3.7, 12.3.8).

# Sandbox commands (PMS 12.3.3). The build's namespaces decide what can be read and written. What is written outside of the image
# directory is an error, but where it was announced: there it is only dropped.
addread() { :; }
adddeny() { :; }
addwrite() { printf '%s\n' "${1//:/$'\n'}" >>"${COOPER_STATE}/announced-writes"; }
addpredict() { addwrite "$@"; }

# Whether the text of `configure --help` (in `help` of the caller) has an option, as a whole word.
__cooper_configure_has() {
  [[ ${help} =~ $1([^A-Za-z0-9+_.-]|$) ]]
}

# Fills `options` of the caller with what PMS says econf must pass. `command` of the caller runs configure.
__cooper_econf_options() {
  local prefix=${EPREFIX}/usr exec_prefix= argument help=
  for argument in "$@"; do
    case ${argument} in
      --prefix=*) prefix=${argument#*=} ;;
      --exec-prefix=*) exec_prefix=${argument#*=} ;;
    esac
  done
  options=(--prefix="${EPREFIX}/usr" ${CBUILD:+--build="${CBUILD}"} --host="${CHOST}" ${CTARGET:+--target="${CTARGET}"}
    --mandir="${EPREFIX}/usr/share/man" --infodir="${EPREFIX}/usr/share/info" --datadir="${EPREFIX}/usr/share"
    --sysconfdir="${EPREFIX}/etc" --localstatedir="${EPREFIX}/var/lib")
  ((__cooper_eapi < 4)) || help=$("${command[@]}" --help 2>/dev/null)
  if ((__cooper_eapi >= 8)) && [[ ${help} == *--datarootdir* ]]; then
    options+=(--datarootdir="${EPREFIX}/usr/share")
  fi
  if ((__cooper_eapi >= 6)); then
    [[ ${help} == *--docdir* ]] && options+=(--docdir="${EPREFIX}/usr/share/doc/${PF}")
    [[ ${help} == *--htmldir* ]] && options+=(--htmldir="${EPREFIX}/usr/share/doc/${PF}/html")
  fi
  ((__cooper_eapi >= 7)) && __cooper_configure_has --with-sysroot && options+=(--with-sysroot="${ESYSROOT:-/}")
  ((__cooper_eapi >= 4)) && __cooper_configure_has --disable-dependency-tracking && options+=(--disable-dependency-tracking)
  ((__cooper_eapi >= 5)) && __cooper_configure_has --disable-silent-rules && options+=(--disable-silent-rules)
  if ((__cooper_eapi >= 8)) && __cooper_configure_has --enable-static && __cooper_configure_has --enable-shared; then
    options+=(--disable-static)
  fi
  local libdir_name="LIBDIR_${ABI}"
  if [[ -n ${ABI} && -n ${!libdir_name} ]]; then
    options+=(--libdir="${exec_prefix:-${prefix}}/${!libdir_name}")
  fi
}

# Sets REPLY to the date that config.guess or config.sub carries, as text that sorts; "" where there is none.
__cooper_date_of_script() {
  REPLY=
  [[ ! $(<"$1") =~ timestamp=[\'\"]([0-9]+-[0-9]+-[0-9]+) ]] || REPLY=${BASH_REMATCH[1]}
}

# config.guess and config.sub of older sources know only the machines of their time.
__cooper_renew_config_scripts() {
  local folder script REPLY
  local -A newest=()
  for folder in "${BROOT%/}"/usr/share/{gnuconfig,misc}; do
    [[ -f ${folder}/config.guess && -f ${folder}/config.sub ]] || continue
    for script in config.guess config.sub; do
      __cooper_date_of_script "${folder}/${script}"
      newest[${script}]=${REPLY}
    done
    while IFS= read -r -d '' script; do
      __cooper_date_of_script "${script}"
      [[ ${REPLY} < ${newest[${script##*/}]} ]] || continue
      # In one step: several configure scripts may run at once.
      cp -f -- "${folder}/${script##*/}" "${script}.new.${BASHPID}" && mv -f -- "${script}.new.${BASHPID}" "${script}" ||
        die "econf: cannot renew ${script}"
    done < <(find "${WORKDIR}" -type f \( -name config.guess -o -name config.sub \) -print0)
    return
  done
}

econf() {
  [[ ${EBUILD_PHASE} != *(pretend|setup|*inst|*rm) ]] || die "econf was called in phase ${EBUILD_PHASE}"
  local configure=${ECONF_SOURCE:-.}/configure
  local -a options=() user_options=()
  # Always with a slash, so that the shell does not look in PATH.
  [[ ${configure} == */* ]] || configure=./${configure}
  if [[ ! -x ${configure} ]]; then
    if [[ -f ${configure} ]]; then
      __cooper_fail "econf: ${configure} is not executable (in ${PWD})"
    else
      __cooper_fail "econf: there is no ${configure} (in ${PWD})"
    fi
    return 1
  fi
  # A configure script for sh is run by the shell that the ebuild names, as under Portage.
  local first= command=("${configure}")
  IFS= read -r first <"${configure}"
  [[ -z ${CONFIG_SHELL} || ! ${first} =~ ^#!\ *(/usr)?/bin/sh( |$) ]] || command=("${CONFIG_SHELL}" "${configure}")
  __cooper_renew_config_scripts
  __cooper_econf_options "$@"
  # EXTRA_ECONF is the user's, and may have quotes.
  [[ -z ${EXTRA_ECONF} ]] || eval "user_options=(${EXTRA_ECONF})"
  options+=("$@" "${user_options[@]}")
  printf '%s' "${configure}" >&2
  printf ' %q' "${options[@]}" >&2
  printf '\n' >&2
  "${command[@]}" "${options[@]}" && return 0
  local hint=
  [[ -s config.log ]] && hint="; ${PWD}/config.log has the details"
  __cooper_fail "econf: ${configure} failed${hint}"
}

einstall() {
  ((__cooper_eapi < 6)) || __cooper_banned
  local root=${ED-${D}} REPLY
  root=${root%/}
  __cooper_libdir
  emake prefix="${root}/usr" datadir="${root}/usr/share" mandir="${root}/usr/share/man" infodir="${root}/usr/share/info" \
    libdir="${root}/usr/${REPLY}" localstatedir="${root}/var/lib" sysconfdir="${root}/etc" -j1 "$@" install
}

# PMS 12.3.15: edits files of the image by sed expressions.
dosed() {
  ((__cooper_eapi < 4)) || __cooper_banned
  local root=${D%/} expression argument
  ((__cooper_eapi < 3)) || root=${ED%/}
  expression="s:${root}::g"
  for argument in "$@"; do
    if [[ -e ${root}/${argument#/} ]]; then
      sed -i -e "${expression}" -- "${root}/${argument#/}" || return
    else
      expression=${argument}
    fi
  done
}

# PMS 12.3.7.
eapply() {
  local argument file patch
  local -a options=() files=()
  if has -- "$@"; then
    while [[ $1 != -- ]]; do
      options+=("$1")
      shift
    done
    shift
    files=("$@")
  else
    for argument in "$@"; do
      if [[ ${argument} == -* ]]; then
        ((${#files[@]} == 0)) || die "eapply: the option '${argument}' follows a file name"
        options+=("${argument}")
      else
        files+=("${argument}")
      fi
    done
  fi
  ((${#files[@]} > 0)) || die 'eapply: no patch was named'
  for file in "${files[@]}"; do
    if [[ ! -d ${file} ]]; then
      __cooper_apply_patch "${file}" || return
      continue
    fi
    local -a patches
    __cooper_patches_in "${file}"
    ((${#patches[@]} > 0)) || die "eapply: there is no *.diff or *.patch in ${file}"
    printf '>>> applying the patches of %s\n' "${file}" >&2
    for patch in "${patches[@]}"; do
      __cooper_apply_patch "${patch}" || return
    done
  done
}

# Sets `patches` of the caller to the *.diff and *.patch files of a folder in the order of their bytes.
__cooper_patches_in() {
  local LC_ALL=C file
  patches=()
  for file in "$1"/*; do
    [[ ${file} == *.@(diff|patch) && -e ${file} ]] && patches+=("${file}")
  done
}

# Sets REPLY to the -p level with which a patch applies here. Only where the caller may choose: eapply itself has -p1 (PMS 12.3.7).
__cooper_find_patch_level() {
  for REPLY in 1 0 2 3 4; do
    patch "-p${REPLY}" -f -g0 --dry-run -s <"$1" &>/dev/null && return 0
  done
  return 1
}

# Reads `options` of eapply.
__cooper_apply_patch() {
  printf '>>> applying %s\n' "${1##*/}" >&2
  [[ -r $1 ]] || { __cooper_fail "eapply: cannot read the patch $1"; return 1; }
  local output status
  output=$(patch -p1 -f -g0 --no-backup-if-mismatch "${options[@]}" <"$1" 2>&1)
  status=$?
  # Offsets are no news; fuzz is.
  if ((status != 0)) || [[ ${output} == *fuzz* ]]; then
    printf '%s\n' "${output}" >&2
  fi
  ((status == 0)) && return 0
  local REPLY hint=
  if ((${#options[@]} == 0)) && __cooper_find_patch_level "$1" && [[ ${REPLY} != 1 ]]; then
    hint="; with -p${REPLY} it would"
  fi
  __cooper_fail "eapply: the patch ${1##*/} does not apply (in ${PWD})${hint}"
  return "${status}"
}

# The user's own patches, where cooper put some into the sandbox. The marker is a file, as this may be called in a subshell.
eapply_user() {
  (($# == 0)) || die 'eapply_user takes no arguments'
  [[ ${EBUILD_PHASE} == prepare ]] || die 'eapply_user may be called in src_prepare only'
  [[ ! -e ${COOPER_STATE}/user-patches-applied ]] || return 0
  : >"${COOPER_STATE}/user-patches-applied"
  local -a options=() patches
  [[ -d ${__cooper_home}/patches ]] || return 0
  __cooper_patches_in "${__cooper_home}/patches"
  local patch REPLY
  for patch in "${patches[@]}"; do
    # They come from anywhere: from git, from diff in the folder itself.
    options=()
    ! __cooper_find_patch_level "${patch}" || options=("-p${REPLY}")
    __cooper_apply_patch "${patch}" || return
  done
}

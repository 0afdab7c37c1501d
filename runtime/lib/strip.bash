# After src_install: the lists of docompress and dostrip for cooper, and the stripping of symbols.

__cooper_finish_image() {
  cd / || die 'cannot enter /'
  umask 022
  printf '%s\n' +/usr/share/doc +/usr/share/info +/usr/share/man "-/usr/share/doc/${PF}/html" "${__cooper_compress_list[@]}" \
    >"${COOPER_STATE}/docompress"
  if has strip ${COOPER_RESTRICT}; then
    __cooper_write_lines "${COOPER_STATE}/dostrip" "${__cooper_strip_list[@]}"
  else
    __cooper_write_lines "${COOPER_STATE}/dostrip" +/ "${__cooper_strip_list[@]}"
  fi
  __cooper_write_exemptions
  # The index of all info pages belongs to no single package; `make install` makes one where install-info is at hand.
  [[ ! -d ${D%/}${EPREFIX}/usr/share/info ]] || rm -f -- "${D%/}${EPREFIX}/usr/share/info/dir"{,.old,.info}
  __cooper_strip_image
}

# What the ebuild says of files that cooper would warn of, as Portage reads it: QA_NAME_ARCH goes before QA_NAME, QA_STRICT_NAME
# undoes both; arrays, or words without expansion of patterns.
__cooper_write_exemptions() {
  local name variable pattern
  local -a patterns lines=()
  for name in PREBUILT TEXTRELS EXECSTACK WX_LOAD SONAME MULTILIB_PATHS; do
    variable=QA_STRICT_${name}
    [[ -z ${!variable+set} ]] || continue
    variable=QA_${name}_${ARCH/-/_}[@]
    [[ -n ${!variable} ]] || variable=QA_${name}[@]
    [[ -n ${!variable} ]] || continue
    patterns=("${!variable}")
    ((${#patterns[@]} > 1)) || read -r -d '' -a patterns <<<"${patterns[0]}"
    for pattern in "${patterns[@]}"; do
      lines+=("${name}"$'\t'"${pattern}")
    done
  done
  ((${#lines[@]} == 0)) || __cooper_write_lines "${COOPER_STATE}/exemptions" "${lines[@]}"
}

__cooper_write_lines() {
  local file=$1
  shift
  if (($# > 0)); then
    printf '%s\n' "$@" >"${file}"
  else
    : >"${file}"
  fi
}

# The strip program of the base root: for the host that the package is made for, where there is one of its own.
__cooper_strip_program() {
  REPLY=${STRIP:-${CHOST}-strip}
  type -P "${REPLY}" >/dev/null || REPLY=strip
  type -P "${REPLY}" >/dev/null
}

# Executables and shared objects lose all that a linker or loader does not need, archives and relocatable objects only their
# debugging symbols. Archives are rewritten with zero times and owners.
__cooper_strip_image() {
  local kind path REPLY
  local -a linked=() others=()
  __cooper_ask elf-files "${D%/}" "${COOPER_STATE}/dostrip" "${COOPER_STATE}/elf-files" || die 'cannot list what is to be stripped'
  while IFS=$'\t' read -r -d '' kind path; do
    case ${kind} in
      executable | shared) linked+=("${path}") ;;
      archive | relocatable) others+=("${path}") ;;
    esac
  done <"${COOPER_STATE}/elf-files"
  ((${#linked[@]} + ${#others[@]} > 0)) || return 0
  if ! __cooper_strip_program; then
    __cooper_quality 'there is no strip program in the base root; the files keep their symbols'
    return 0
  fi
  if ((${#linked[@]} > 0)); then
    printf '%s\0' "${linked[@]}" | xargs -0 "${REPLY}" --strip-unneeded -R .comment -R .GCC.command.line -- ||
      __cooper_quality 'some files could not be stripped (see above)'
  fi
  if ((${#others[@]} > 0)); then
    printf '%s\0' "${others[@]}" | xargs -0 "${REPLY}" --strip-debug -D -- || __cooper_quality 'some archives could not be stripped (see above)'
  fi
}

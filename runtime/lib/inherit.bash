# Eclasses: inherit and EXPORT_FUNCTIONS (PMS 10). Loads on its own, for builds and for metadata alike; needs a `die` only on errors.
#
# COOPER_ECLASS_PATH is the array of folders to look in, first wins. What eclasses set of the accumulated variables gathers in
# __cooper_eclass_IUSE and so on; __cooper_add_eclass_variables joins it to the ebuild's own values at the end of sourcing.

# Called with the name of each eclass, and that of the eclass which inherits it or "", before it is looked for; metadata
# generation has its own.
__cooper_note_eclass() { :; }

# Sets REPLY to the file of an eclass.
__cooper_find_eclass() {
  local folder
  for folder in "${COOPER_ECLASS_PATH[@]}"; do
    REPLY=${folder}/$1.eclass
    [[ ! -f ${REPLY} ]] || return 0
  done
  die "no eclass named '$1' in ${COOPER_ECLASS_PATH[*]}"
}

# One function of few commands, for speed: this runs for every eclass of every ebuild of a repository, often thirty times for one.
inherit() {
  [[ ! ${EBUILD_PHASE} || ${EBUILD_PHASE} == depend ]] || die "inherit was called in phase ${EBUILD_PHASE}; it belongs in global scope"
  # What the ebuild or the outer eclass has set so far steps aside, so that what each eclass sets can be told. __cooper_restore is
  # the code that brings it back.
  local REPLY __cooper_name __cooper_exports __cooper_outer=${ECLASS} __cooper_restore="\
${IUSE+ IUSE=\${__cooper_v_i\}}${REQUIRED_USE+ REQUIRED_USE=\${__cooper_v_q\}}${DEPEND+ DEPEND=\${__cooper_v_d\}}\
${BDEPEND+ BDEPEND=\${__cooper_v_b\}}${RDEPEND+ RDEPEND=\${__cooper_v_r\}}${PDEPEND+ PDEPEND=\${__cooper_v_p\}}\
${IDEPEND+ IDEPEND=\${__cooper_v_e\}}"
  [[ ${EAPI:-0} == [0-7] ]] ||
    __cooper_restore+="${PROPERTIES+ PROPERTIES=\${__cooper_v_o\}}${RESTRICT+ RESTRICT=\${__cooper_v_t\}}"
  if [[ ${__cooper_restore} ]]; then
    local __cooper_v_i=${IUSE} __cooper_v_q=${REQUIRED_USE} __cooper_v_d=${DEPEND} __cooper_v_b=${BDEPEND} \
      __cooper_v_r=${RDEPEND} __cooper_v_p=${PDEPEND} __cooper_v_e=${IDEPEND} \
      __cooper_v_o=${PROPERTIES} __cooper_v_t=${RESTRICT}
    __cooper_unset_accumulated
  fi

  for __cooper_name in "$@"; do
    __cooper_note_eclass "${__cooper_name}" "${__cooper_outer}"
    ECLASS=${__cooper_name} __cooper_exports= REPLY=${COOPER_ECLASS_PATH[0]}/${__cooper_name}.eclass
    [[ -f ${REPLY} ]] || __cooper_find_eclass "${__cooper_name}"
    source "${REPLY}" || die "the eclass '${__cooper_name}' ended with a failure (${REPLY})"
    [[ ! ${__cooper_exports} ]] || eval "${__cooper_exports}"
    if [[ ${IUSE+s}${REQUIRED_USE+s}${DEPEND+s}${BDEPEND+s}${RDEPEND+s}${PDEPEND+s}${IDEPEND+s}${PROPERTIES+s}${RESTRICT+s} ]]; then
      __cooper_eclass_IUSE+=${IUSE:+ ${IUSE}} __cooper_eclass_REQUIRED_USE+=${REQUIRED_USE:+ ${REQUIRED_USE}} \
        __cooper_eclass_DEPEND+=${DEPEND:+ ${DEPEND}} __cooper_eclass_BDEPEND+=${BDEPEND:+ ${BDEPEND}} \
        __cooper_eclass_RDEPEND+=${RDEPEND:+ ${RDEPEND}} __cooper_eclass_PDEPEND+=${PDEPEND:+ ${PDEPEND}} \
        __cooper_eclass_IDEPEND+=${IDEPEND:+ ${IDEPEND}}
      [[ ${EAPI:-0} == [0-7] ]] ||
        __cooper_eclass_PROPERTIES+=${PROPERTIES:+ ${PROPERTIES}} __cooper_eclass_RESTRICT+=${RESTRICT:+ ${RESTRICT}}
      __cooper_unset_accumulated
    fi
    [[ " ${INHERITED} " == *" ${__cooper_name} "* ]] || INHERITED+="${INHERITED:+ }${__cooper_name}"
  done

  if [[ ${__cooper_outer} ]]; then
    ECLASS=${__cooper_outer}
  else
    unset -v ECLASS
  fi
  [[ ! ${__cooper_restore} ]] || eval "${__cooper_restore}"
}

# What accumulates over eclasses in this EAPI (PMS 10.2).
__cooper_unset_accumulated() {
  unset -v IUSE REQUIRED_USE DEPEND BDEPEND RDEPEND PDEPEND IDEPEND
  [[ ${EAPI:-0} == [0-7] ]] || unset -v PROPERTIES RESTRICT
}

# The aliases are made when the eclass has been read to its end, so that its own win over those of eclasses it inherits.
EXPORT_FUNCTIONS() {
  [[ -n ${ECLASS} ]] || die 'EXPORT_FUNCTIONS was called outside an eclass'
  local name
  for name; do __cooper_exports+="${name}() { ${ECLASS}_${name} \"\$@\"; };"; done
}

# The ebuild's own value first, then what its eclasses gave; RDEPEND defaults to DEPEND in EAPI 0 to 3 (PMS 7.3.7).
__cooper_add_eclass_variables() {
  [[ ${EAPI:-0} == [0-3] ]] && : "${RDEPEND=${DEPEND}}"
  IUSE+=${__cooper_eclass_IUSE}
  REQUIRED_USE+=${__cooper_eclass_REQUIRED_USE}
  DEPEND+=${__cooper_eclass_DEPEND}
  BDEPEND+=${__cooper_eclass_BDEPEND}
  RDEPEND+=${__cooper_eclass_RDEPEND}
  PDEPEND+=${__cooper_eclass_PDEPEND}
  IDEPEND+=${__cooper_eclass_IDEPEND}
  PROPERTIES+=${__cooper_eclass_PROPERTIES}
  RESTRICT+=${__cooper_eclass_RESTRICT}
  unset -v "${!__cooper_eclass_@}"
}

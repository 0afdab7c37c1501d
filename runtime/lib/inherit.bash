# Eclasses: inherit and EXPORT_FUNCTIONS (PMS 10). Loads on its own, for builds and for metadata alike; needs a `die` only on errors.
#
# COOPER_ECLASS_PATH is the array of folders to look in, first wins. What eclasses set of the accumulated variables gathers in
# __cooper_eclass_IUSE and so on; __cooper_add_eclass_variables joins it to the ebuild's own values at the end of sourcing.

# Sets REPLY to the file of an eclass.
__cooper_find_eclass() {
  local folder
  for folder in "${COOPER_ECLASS_PATH[@]}"; do
    REPLY=${folder}/$1.eclass
    [[ -f ${REPLY} ]] && return 0
  done
  return 1
}

# Called with the name of each eclass before it is looked for; metadata generation has its own.
__cooper_note_eclass() { :; }

inherit() {
  [[ -z ${EBUILD_PHASE} || ${EBUILD_PHASE} == depend ]] || die "inherit was called in phase ${EBUILD_PHASE}; it belongs in global scope"
  local __cooper_name
  for __cooper_name in "$@"; do
    __cooper_inherit_one "${__cooper_name}"
  done
}

# Written out variable by variable, for speed: this runs for every eclass of every ebuild of a repository.
__cooper_inherit_one() {
  local REPLY
  __cooper_note_eclass "$1"
  __cooper_find_eclass "$1" || die "no eclass named '$1' in ${COOPER_ECLASS_PATH[*]}"
  local __cooper_outer_eclass=${ECLASS} __cooper_exports=() __cooper_eapi_major=${EAPI:-0}
  local __cooper_had="${IUSE+i}${REQUIRED_USE+q}${DEPEND+d}${BDEPEND+b}${RDEPEND+r}${PDEPEND+p}${IDEPEND+e}"
  local __cooper_v_i=${IUSE} __cooper_v_q=${REQUIRED_USE} __cooper_v_d=${DEPEND} __cooper_v_b=${BDEPEND}
  local __cooper_v_r=${RDEPEND} __cooper_v_p=${PDEPEND} __cooper_v_e=${IDEPEND}
  unset -v IUSE REQUIRED_USE DEPEND BDEPEND RDEPEND PDEPEND IDEPEND
  if [[ ${__cooper_eapi_major} != [0-7] ]]; then
    __cooper_had+="${PROPERTIES+o}${RESTRICT+t}"
    local __cooper_v_o=${PROPERTIES} __cooper_v_t=${RESTRICT}
    unset -v PROPERTIES RESTRICT
  fi

  ECLASS=$1
  source "${REPLY}" || die "the eclass '$1' ended with a failure (${REPLY})"
  ECLASS=$1
  local __cooper_phase
  for __cooper_phase in "${__cooper_exports[@]}"; do
    eval "${__cooper_phase}() { ${1}_${__cooper_phase} \"\$@\"; }"
  done

  __cooper_eclass_IUSE+=${IUSE:+ ${IUSE}}
  __cooper_eclass_REQUIRED_USE+=${REQUIRED_USE:+ ${REQUIRED_USE}}
  __cooper_eclass_DEPEND+=${DEPEND:+ ${DEPEND}}
  __cooper_eclass_BDEPEND+=${BDEPEND:+ ${BDEPEND}}
  __cooper_eclass_RDEPEND+=${RDEPEND:+ ${RDEPEND}}
  __cooper_eclass_PDEPEND+=${PDEPEND:+ ${PDEPEND}}
  __cooper_eclass_IDEPEND+=${IDEPEND:+ ${IDEPEND}}
  unset -v IUSE REQUIRED_USE DEPEND BDEPEND RDEPEND PDEPEND IDEPEND
  [[ ${__cooper_had} == *i* ]] && IUSE=${__cooper_v_i}
  [[ ${__cooper_had} == *q* ]] && REQUIRED_USE=${__cooper_v_q}
  [[ ${__cooper_had} == *d* ]] && DEPEND=${__cooper_v_d}
  [[ ${__cooper_had} == *b* ]] && BDEPEND=${__cooper_v_b}
  [[ ${__cooper_had} == *r* ]] && RDEPEND=${__cooper_v_r}
  [[ ${__cooper_had} == *p* ]] && PDEPEND=${__cooper_v_p}
  [[ ${__cooper_had} == *e* ]] && IDEPEND=${__cooper_v_e}
  if [[ ${__cooper_eapi_major} != [0-7] ]]; then
    __cooper_eclass_PROPERTIES+=${PROPERTIES:+ ${PROPERTIES}}
    __cooper_eclass_RESTRICT+=${RESTRICT:+ ${RESTRICT}}
    unset -v PROPERTIES RESTRICT
    [[ ${__cooper_had} == *o* ]] && PROPERTIES=${__cooper_v_o}
    [[ ${__cooper_had} == *t* ]] && RESTRICT=${__cooper_v_t}
  fi

  [[ " ${INHERITED} " == *" $1 "* ]] || INHERITED+="${INHERITED:+ }$1"
  if [[ -n ${__cooper_outer_eclass} ]]; then
    ECLASS=${__cooper_outer_eclass}
  else
    unset -v ECLASS
  fi
  return 0
}

# The aliases are made when the eclass has been read to its end, so that its own win over those of eclasses it inherits.
EXPORT_FUNCTIONS() {
  [[ -n ${ECLASS} ]] || die 'EXPORT_FUNCTIONS was called outside an eclass'
  __cooper_exports+=("$@")
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

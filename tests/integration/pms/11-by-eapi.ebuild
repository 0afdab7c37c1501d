# PMS 11.1: variables that only some EAPIs have
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
there() { check "$1" set "${!1+set}"; }
missing() { check "$1" '' "${!1+set}"; }
src_install() {
  there EPREFIX; there EROOT; there ED; there EBUILD_PHASE_FUNC; missing AA; missing KV
  insinto /some/where; into /opt
  if [[ ${EAPI} -ge 7 ]]; then
    there SYSROOT; there ESYSROOT; there BROOT
    missing PORTDIR; missing ECLASSDIR; missing DESTTREE; missing INSDESTTREE
  else
    missing SYSROOT; missing ESYSROOT; missing BROOT
    there PORTDIR; check ECLASSDIR "${PORTDIR}/eclass" "${ECLASSDIR}"; check_true eclasses test -e "${ECLASSDIR}/check.eclass"
    check DESTTREE /opt "${DESTTREE}"; check INSDESTTREE /some/where "${INSDESTTREE}"
  fi
}
pkg_setup() { there MERGE_TYPE; there REPLACING_VERSIONS; }

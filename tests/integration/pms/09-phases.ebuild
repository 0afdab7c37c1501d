# PMS 9.1, 9.2, 6: order, folders, names and mask of the phases
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}/source
note() {
  order+="${order:+ }$1"
  check EBUILD_PHASE "$1" "${EBUILD_PHASE}"
  check EBUILD_PHASE_FUNC "${FUNCNAME[1]}" "${EBUILD_PHASE_FUNC}"
  check umask 0022 "$(umask)"
  umask 077
}
pkg_pretend() { note pretend; [[ ${EAPI} -lt 8 ]] || check empty '' "$(ls -A)"; lost=1; }
pkg_setup() { note setup; [[ ${EAPI} -lt 8 ]] || check empty '' "$(ls -A)"; check "pretend saved" '' "${lost}"; }
src_unpack() { note unpack; check PWD "${WORKDIR}" "${PWD}"; mkdir source; }
src_prepare() { note prepare; check PWD "${S}" "${PWD}"; [[ ${EAPI} == 5 ]] || eapply_user; cd /; }
src_configure() { note configure; check PWD "${S}" "${PWD}"; S=${WORKDIR}/other; mkdir "${S}"; }
src_compile() { note compile; check PWD "${WORKDIR}/other" "${PWD}"; }
src_test() { note test; check PWD "${S}" "${PWD}"; }
src_install() {
  note install
  check PWD "${S}" "${PWD}"
  check order 'setup unpack prepare configure compile test install' "${order}"
}

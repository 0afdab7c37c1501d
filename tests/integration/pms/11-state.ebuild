# PMS 11.2: variables between phases, and in the phases of the image
# EAPI: 7 8 9
# IMAGE-PHASES: preinst postinst
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
GLOBAL=a
LIST=( "first item" second )
declare -A MAP=( [key]="a value" )
helper() { echo "helper of ${PF}"; }
src_compile() { GLOBAL=b; DEFAULT=$'c\n"quoted" $HOME'; export EXPORTED=d; local LOCAL=e; LIST+=( third ); }
verify() {
  check GLOBAL b "${GLOBAL}"
  check DEFAULT $'c\n"quoted" $HOME' "${DEFAULT}"
  check EXPORTED d "$(printenv EXPORTED)"
  check LOCAL '' "${LOCAL}"
  check LIST 'first item|second|third|' "$(printf '%s|' "${LIST[@]}")"
  check MAP 'a value' "${MAP[key]}"
  check helper 'helper of fixture-1.2.3-r1' "$(helper)"
}
src_install() { verify; }
pkg_preinst() { verify; check ROOT '' "${ROOT}"; from_preinst=1; }
pkg_postinst() { verify; check from_preinst 1 "${from_preinst}"; check EBUILD_PHASE postinst "${EBUILD_PHASE}"; elog "installed ${PF}"; }

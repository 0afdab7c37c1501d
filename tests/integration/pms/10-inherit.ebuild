# PMS 10.1, 10.2, 10.3: accumulated variables, ECLASS, INHERITED, EXPORT_FUNCTIONS
# EAPI: 6 7 8 9
EAPI=@EAPI@
IUSE="own"
DEPEND="dev-libs/own"
RESTRICT="own-restrict"
inherit outer check
check "ECLASS inside" outer "${check_eclass_name}"
check "ECLASS after a nested inherit" outer "${check_eclass_name_after}"
check "ECLASS outside" unset "${ECLASS-unset}"
check "IUSE while sourcing" own "${IUSE}"
IUSE+=" own-late"
SLOT=0
S=${WORKDIR}
src_configure() { outer_src_configure; }
src_install() {
  check compile outer "${compiled_by}"
  check configure outer "${configured_by}"
  check test inner "${tested_by}"
  check IUSE 'own own-late inner outer outer-late' "${IUSE}"
  check DEPEND 'dev-libs/own dev-libs/inner dev-libs/outer' "${DEPEND}"
  check INHERITED 'inner outer check' "${INHERITED}"
  case ${EAPI} in
    [67]) check RESTRICT inner-restrict "${RESTRICT}" ;;
    *) check RESTRICT 'own-restrict inner-restrict outer-restrict' "${RESTRICT}" ;;
  esac
}

# PMS 11.1: which variables are exported
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
exported() { printenv "$1" >/dev/null; }
pkg_setup() {
  local name
  for name in P PF PV D ED T WORKDIR USE EBUILD_PHASE ROOT; do
    if [[ ${EAPI} == 9 ]]; then check_false "${name} exported" exported "${name}"
    else check_true "${name} exported" exported "${name}"; fi
  done
  check_true 'HOME exported' exported HOME
  check_true 'TMPDIR exported' exported TMPDIR
  check_true 'LIBDIR_amd64 exported' exported LIBDIR_amd64
  check_false 'BASH_COMPAT exported' exported BASH_COMPAT
  check PF fixture-1.2.3-r1 "${PF}"
  check PR r1 "${PR}"
  check MERGE_TYPE source "${MERGE_TYPE}"
  check REPLACING_VERSIONS set "${REPLACING_VERSIONS+set}"
}
src_install() { dodir /x; dobin "${FILESDIR}"/../*.ebuild; insinto /y; doins "${FILESDIR}"/../*.ebuild; [[ -x ${ED}/usr/bin/${PF}.ebuild ]] || die; }

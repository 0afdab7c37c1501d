# PMS 11.1.4: the final slash of D, ED, ROOT, EROOT
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  local name
  for name in D ED; do
    [[ ${EAPI} -lt 7 ]] || [[ ${!name} != */ ]] || die "${name} has a slash"
    [[ ${EAPI} -ge 7 ]] || [[ ${!name} == */ ]] || die "${name} has no slash"
  done
  check ROOT "$([[ ${EAPI} -ge 7 ]] || echo /)" "${ROOT}"
  check EROOT "$([[ ${EAPI} -ge 7 ]] || echo /)" "${EROOT}"
}

# PMS 12.3.6: assert, banned in EAPI 9; pipestatus, from EAPI 9 on
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  if [[ ${EAPI} == 9 ]]; then
    true | true; pipestatus || die "pipestatus of success"
    (exit 3) | (exit 4) | true; pipestatus; check status 4 $?
    check verbose '3 4 0' "$( (exit 3) | (exit 4) | true; pipestatus -v)"
  else
    true | true; assert "not this"
    check_false 'pipestatus is there' declare -F pipestatus
  fi
}

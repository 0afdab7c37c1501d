# PMS 12.3.10: destinations start anew in src_install and stay in a subshell
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  echo x >x
  insinto /a; ( insinto /b; doins x ); doins x
  check_true 'in the subshell' test -e "${D}/b/x"; check_true after test -e "${D}/a/x"
}

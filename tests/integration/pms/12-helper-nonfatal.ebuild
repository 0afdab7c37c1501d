# PMS 12.3.1: nonfatal reaches every command that may abort, in functions and subshells below it
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
several() { dobin missing && die "dobin"; ( doins missing ) && die "in a subshell"; doman missing.1; return 9; }
src_install() {
  nonfatal several; check status 9 $?
  check_false unpack nonfatal unpack missing.tar
  check_false econf nonfatal econf
  nonfatal true || die "nonfatal true"
  [[ ${EAPI} == 5 ]] || check_false eapply nonfatal eapply missing.patch
}

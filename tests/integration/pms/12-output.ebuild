# PMS 12.3.5: the output commands
# EAPI: 7 8 9
# EVENT: elog	info	first line
# EVENT: elog	info	second line
# EVENT: elog	log	an elog
# EVENT: elog	warn	a warning
# EVENT: elog	error	an error
# EVENT: elog	qa	a qa warning
# EVENT: elog	error	eend message
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
talk() { einfo 'first line\nsecond line'; elog "an elog"; ewarn a warning; eerror an error; eqawarn a qa warning; ebegin begin; eend 0; einfon x; }
src_install() {
  check "nothing on standard output" '' "$(talk 2>/dev/null)"
  ebegin "something"; eend 3 "eend message"; check "status of eend" 3 $?
  ebegin "something"; eend 0 "unseen"; check "status of eend" 0 $?
}

# PMS 12.3.7: eapply
# EAPI: 6 7 8 9
# FILES
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
fresh() { echo one >text; }
src_prepare() {
  fresh; eapply "${FILESDIR}/first.patch"; check file 'one two' "$(echo $(<text))"
  eapply "${FILESDIR}/folder"; check folder 'one two three' "$(echo $(<text))"
  fresh; eapply -- "${FILESDIR}/first.patch" "${FILESDIR}/folder"; check separator 'one two three' "$(echo $(<text))"
  fresh; mkdir sub; mv text sub; eapply -d sub -- "${FILESDIR}/first.patch"; check option 'one two' "$(echo $(<sub/text))"
  echo other >text; check_false "does not apply" nonfatal eapply "${FILESDIR}/bad.patch"
  eapply_user; eapply_user
}

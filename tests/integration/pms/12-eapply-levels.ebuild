# PMS 12.3.7: -p1 is what eapply takes, -pN what it is told; it tells of a patch that needs another
# EAPI: 6 7 8 9
# FILES
# DIES: the patch flat.patch does not apply
# LOG: with -p0 it would
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_prepare() {
  echo one >text; eapply -p0 "${FILESDIR}/flat.patch"; check p0 'one two' "$(echo $(<text))"
  echo one >text; eapply -p2 -- "${FILESDIR}/deep.patch"; check p2 'one two' "$(echo $(<text))"
  echo one >text; eapply "${FILESDIR}/flat.patch"; echo NOT-REACHED
}

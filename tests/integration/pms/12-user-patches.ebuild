# PMS 12.3.7: eapply_user applies what the user has given
# EAPI: 6 7 8 9
# FILES
# USER-PATCHES: 1.patch
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() { echo one >text; }
src_install() { check applied 'one two three' "$(echo $(<text))"; }

# PMS 12.3.7: a patch of the user's applies whatever its paths begin with
# EAPI: 6 7 8 9
# FILES
# USER-PATCHES: flat.patch
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() { echo one >text; }
src_install() { check applied 'one two' "$(echo $(<text))"; }

# PMS 12.3.7: a patch of the user's that does not apply ends the build
# EAPI: 6 7 8 9
# FILES
# USER-PATCHES: bad.patch
# DIES: the patch bad.patch does not apply
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { echo one >text; }

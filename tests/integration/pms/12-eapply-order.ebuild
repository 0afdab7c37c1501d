# PMS 12.3.7: an option after a file
# EAPI: 6 7 8 9
# FILES
# DIES: follows a file name
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_prepare() { eapply "${FILESDIR}/first.patch" -p0; }

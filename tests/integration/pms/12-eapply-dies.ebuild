# PMS 12.3.7: a patch that does not apply
# EAPI: 6 7 8 9
# FILES
# DIES: the patch bad.patch does not apply
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_prepare() { echo other >text; eapply "${FILESDIR}/bad.patch"; }

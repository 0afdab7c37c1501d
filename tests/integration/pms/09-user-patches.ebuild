# PMS 12.3.7: src_prepare must call eapply_user
# EAPI: 6 7 8 9
# DIES: must call eapply_user
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_prepare() { :; }

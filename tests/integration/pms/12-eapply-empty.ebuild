# PMS 12.3.7: a folder without patches
# EAPI: 6 7 8 9
# DIES: there is no *.diff or *.patch
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_prepare() { mkdir empty; eapply empty; }

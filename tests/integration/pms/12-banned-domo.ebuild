# PMS 12.3.2: domo is banned
# EAPI: 9
# DIES: banned in EAPI
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { domo x; }

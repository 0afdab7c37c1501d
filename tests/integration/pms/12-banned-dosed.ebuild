# PMS 12.3.2: dosed is banned
# EAPI: 5 6 7 8 9
# DIES: banned in EAPI
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { dosed x; }

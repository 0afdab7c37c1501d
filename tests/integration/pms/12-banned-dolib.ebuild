# PMS 12.3.2: dolib is banned
# EAPI: 7 8 9
# DIES: banned in EAPI
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { dolib x; }

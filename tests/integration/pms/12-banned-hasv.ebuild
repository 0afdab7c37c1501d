# PMS 12.3.2: hasv is banned
# EAPI: 8 9
# DIES: banned in EAPI
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { hasv a a; }

# PMS 12.3.11: dostrip belongs in src_install
# EAPI: 7 8 9
# DIES: dostrip may be called in src_install only
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_compile() { dostrip /x; }

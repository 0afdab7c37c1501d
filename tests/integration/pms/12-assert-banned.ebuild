# PMS 12.3.2: assert is banned
# EAPI: 9
# DIES: assert is banned in EAPI 9
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { true | true; assert; }

# PMS 12.3.6: assert dies with its message
# EAPI: 6 7 8
# DIES: one of them failed
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { false | true; assert "one of them failed"; }

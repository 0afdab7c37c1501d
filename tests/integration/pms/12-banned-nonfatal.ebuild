# PMS 12.3.1, 12.3.2: nonfatal does not save a banned command
# EAPI: 5 6 7 8 9
# DIES: banned in EAPI
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { nonfatal dohard a b; echo; echo NOT-REACHED; }

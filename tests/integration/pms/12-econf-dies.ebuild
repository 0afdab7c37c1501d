# PMS 12.3.8: a failing configure ends the build
# EAPI: 5 6 7 8 9
# DIES: econf: ./configure failed
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { printf '#!/bin/sh\n[ "$1" = --help ]\n' >configure; chmod +x configure; }

# PMS 9.1.8: failing tests end the build
# EAPI: 5 6 7 8 9
# DIES: make
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { printf 'all:\n\t:\ncheck:\n\tfalse\n' >Makefile; }
src_install() { echo NOT-REACHED; }

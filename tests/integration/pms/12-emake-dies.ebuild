# PMS 12.3.8: a failing make ends the build
# EAPI: 5 6 7 8 9
# DIES: emake: failed with status 2
# LINE: 8
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_compile() { emake -f /dev/null nothing; echo NOT-REACHED; }

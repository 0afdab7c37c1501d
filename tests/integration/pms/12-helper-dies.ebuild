# PMS 12.3.1: a failing helper ends the build, with the line of the ebuild
# EAPI: 5 6 7 8 9
# DIES: doins: cannot read 'missing'
# LINE: 8
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { insinto /x; doins missing; echo NOT-REACHED; }

# PMS 12.3.1: a helper that xargs calls ends the build too
# EAPI: 6 7 8 9
# DIES: doexe: cannot read
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { exeinto /x; printf '%s\0' a b | xargs -0 doexe; echo NOT-REACHED; }

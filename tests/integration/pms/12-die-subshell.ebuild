# PMS 12.3.6: die in a subshell ends the build, from EAPI 7 on
# EAPI: 7 8 9
# DIES: deep inside
# STACK: src_install
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { ( ( die "deep inside" ); echo NOT-REACHED-EITHER >/dev/null ); echo NOT-REACHED; }

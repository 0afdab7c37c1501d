# PMS 12.3.1: a helper that fails in a subshell ends the build with the stack of that subshell
# EAPI: 7 8 9
# DIES: dosbin: cannot read 'missing'
# STACK: in_subshell
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
in_subshell() { dosbin missing; echo NOT-REACHED; }
src_install() { ( in_subshell ); echo NOT-REACHED; }

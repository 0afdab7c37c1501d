# PMS 12.3.6: die
# EAPI: 7 8 9
# DIES: the reason
# STACK: helper
# STACK: src_install
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
helper() { die "the reason"; }
src_install() { helper; echo NOT-REACHED; }

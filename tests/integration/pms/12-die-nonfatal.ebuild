# PMS 12.3.1: die without -n does not heed nonfatal
# EAPI: 6 7 8 9
# DIES: the reason
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { nonfatal die "the reason"; echo NOT-REACHED; }

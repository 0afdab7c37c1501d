# PMS 12.3.6: die in a pipeline
# EAPI: 7 8 9
# DIES: in the middle
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { echo x | while read -r line; do die "in the middle"; done | cat; echo NOT-REACHED; }

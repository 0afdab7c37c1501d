# PMS 12.3.6: die, with a message of several words and lines, and without one
# EAPI: 5 6 7 8 9
# DIES: two words and
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { die "two words" $'and\na line'; }

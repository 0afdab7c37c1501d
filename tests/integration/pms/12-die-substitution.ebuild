# PMS 12.3.6: die in a command substitution
# EAPI: 7 8 9
# DIES: in a substitution
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
inner() { die "in a substitution"; }
src_install() { local x=$(inner); echo NOT-REACHED; }

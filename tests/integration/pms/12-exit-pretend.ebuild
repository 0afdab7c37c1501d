# PMS 9.1.2: die in pkg_pretend
# EAPI: 7 8 9
# DIES: not on this machine
EAPI=@EAPI@
SLOT=0
pkg_pretend() { die "not on this machine"; }

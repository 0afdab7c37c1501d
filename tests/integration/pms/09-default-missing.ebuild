# PMS 9.1.17: default must not be called where the phase has no default
# EAPI: 5 6 7 8 9
# DIES: there is no default for pkg_setup
EAPI=@EAPI@
SLOT=0
pkg_setup() { default; }

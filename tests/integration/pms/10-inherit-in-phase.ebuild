# PMS 10.1: inherit belongs in global scope
# EAPI: 7 8 9
# DIES: inherit was called in phase setup
EAPI=@EAPI@
SLOT=0
pkg_setup() { inherit check; }

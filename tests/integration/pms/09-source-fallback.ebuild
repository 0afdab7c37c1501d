# PMS 9.1.1: WORKDIR stands for S where nothing was to be unpacked and no phase before is defined
# EAPI: 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
pkg_preinst() { :; }

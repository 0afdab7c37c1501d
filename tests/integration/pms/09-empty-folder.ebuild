# PMS 9.1.1: the folder of pkg_* phases is empty, whatever an earlier one left there
# EAPI: 8 9
# IMAGE-PHASES: preinst postinst
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
pkg_preinst() { check empty '' "$(ls -A)"; echo x >left; echo y >.hidden; }
pkg_postinst() { check empty '' "$(ls -A)"; }

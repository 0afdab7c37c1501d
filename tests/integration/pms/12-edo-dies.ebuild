# PMS 12.3.15: edo dies
# EAPI: 9
# DIES: edo failed: false with\ words
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { edo false "with words"; }

# PMS 6: up to EAPI 5 a pattern that matches nothing stands for itself
# EAPI: 5
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
FILES=( /nothing-of-that-name/* )
src_install() { check pattern '/nothing-of-that-name/*' "${FILES[0]}"; }

# PMS 12.3.12: a flag that is not in IUSE_EFFECTIVE is an error
# EAPI: 5 6 7 8 9
# DIES: USE flag 'unknown' is not in IUSE
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { use unknown; }

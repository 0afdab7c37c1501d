# PMS 12.3.15: a file that is not there
# EAPI: 6 7 8 9
# DIES: unpack: cannot read
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { unpack missing.tar.gz; }

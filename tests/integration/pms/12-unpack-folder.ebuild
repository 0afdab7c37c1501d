# PMS 12.3.15: a folder cannot be unpacked
# EAPI: 6 7 8 9
# DIES: is no file
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { mkdir x.tar; unpack ./x.tar; }

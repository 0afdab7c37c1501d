# PMS 12.3.15: a broken archive
# EAPI: 6 7 8 9
# DIES: unpack: cannot unpack
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { echo "not an archive" >bad.tar.xz; unpack ./bad.tar.xz; echo NOT-REACHED; }

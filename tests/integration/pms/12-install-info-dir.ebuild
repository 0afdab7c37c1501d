# The index of info pages is no package's
# EAPI: 8
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/info
# IMAGE: f 644 usr/share/info/x.info
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { echo x >x.info; echo d >dir; doinfo x.info dir; }

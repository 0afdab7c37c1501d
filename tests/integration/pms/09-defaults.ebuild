# PMS 9.1: what the phases do that an ebuild does not define
# EAPI: 6 7 8 9
# FILES
# DISTFILES: defaults.tar.gz
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: f 644 result
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/README
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/NEWS
# LOG: >>> unpacking defaults.tar.gz
# LOG: >>> applying first.patch
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}/defaults
PATCHES=("${FILESDIR}/first.patch" "${FILESDIR}/folder")

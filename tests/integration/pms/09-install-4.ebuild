# PMS 9.1.9: the default src_install of EAPI 4 and 5 installs DOCS, or what looks like documentation and is not empty
# EAPI: 5
# DISTFILES: defaults.tar.gz
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: f 644 result
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/NEWS
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/README
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}/defaults

# PMS 9.1.5, 12.3.15: PATCHES, DOCS and HTML_DOCS as scalars; an ebuild's phase may call default
# EAPI: 6 7 8 9
# FILES
# DISTFILES: defaults.tar.gz
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html
# IMAGE: f 644 result
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/NEWS
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/README
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}/defaults
PATCHES="${FILESDIR}/first.patch ${FILESDIR}/folder"
DOCS="NEWS"
HTML_DOCS="README"
src_prepare() { default; check patched 'one two three' "$(echo $(<text))"; }
src_install() { default_src_install; }

# PMS 12.3.15: einstalldocs
# EAPI: 6 7 8 9
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html/img
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/sub
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/a file
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/i.html
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/img/p.png
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/sub/README
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
DOCS=("a file")
HTML_DOCS=(html/.)
src_install() {
  echo a >'a file'; echo r >README; mkdir -p html/img; echo i >html/i.html; echo p >html/img/p.png
  docinto sub; einstalldocs; dodoc README
  DOCS=() HTML_DOCS=(); einstalldocs
}

# PMS 12.3.9: domo, dohtml and dolib where they are not banned
# EAPI: 5 6
# IMAGE: d 755 opt
# IMAGE: d 755 opt/lib64
# IMAGE: d 755 opt/share
# IMAGE: d 755 opt/share/locale
# IMAGE: d 755 opt/share/locale/hu
# IMAGE: d 755 opt/share/locale/hu/LC_MESSAGES
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html/tree
# IMAGE: f 600 opt/lib64/lib
# IMAGE: f 644 opt/share/locale/hu/LC_MESSAGES/fixture.mo
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/a.html
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/tree/b.css
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() {
  echo m >hu.mo; echo l >lib; echo a >a.html; mkdir -p tree/skip; echo b >tree/b.css; echo c >tree/c.txt; echo d >tree/skip/d.css
  into /opt; domo hu.mo; libopts -m0600; dolib lib
  dohtml -r -x skip a.html tree
}

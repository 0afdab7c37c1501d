# PMS 12.3.9: the options of dohtml
# EAPI: 5 6
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/api
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/html/pre
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/api/a.html
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/LICENSE
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/b.svg
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/c.txt
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/html/pre/a.html
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  for name in a.html b.svg c.txt LICENSE; do echo x >${name}; done
  dohtml -A svg b.svg; dohtml -a txt c.txt; dohtml -f LICENSE LICENSE; dohtml -V -p pre a.html
  check_false 'another extension' nonfatal dohtml c.txt
  docinto api; dohtml a.html
}

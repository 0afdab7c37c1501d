# PMS 12.3.9: dodoc, docinto, doinfo, doman, einstalldocs with arrays
# EAPI: 5 6 7 8 9
# IMAGE: d 755 usr
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/more
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1/tree
# IMAGE: d 755 usr/share/info
# IMAGE: d 755 usr/share/man
# IMAGE: d 755 usr/share/man/de
# IMAGE: d 755 usr/share/man/de/man1
# IMAGE: d 755 usr/share/man/fr
# IMAGE: d 755 usr/share/man/fr/man5
# IMAGE: d 755 usr/share/man/man1
# IMAGE: d 755 usr/share/man/man3
# IMAGE: d 755 usr/share/man/pt_BR
# IMAGE: d 755 usr/share/man/pt_BR/man8
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/README
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/empty
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/more/README
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/more/renamed
# IMAGE: f 644 usr/share/doc/fixture-1.2.3-r1/tree/file
# IMAGE: f 644 usr/share/info/x.info
# IMAGE: f 644 usr/share/man/de/man1/x.1
# IMAGE: f 644 usr/share/man/fr/man5/x.de.5
# IMAGE: f 644 usr/share/man/man1/renamed.1
# IMAGE: f 644 usr/share/man/man1/x.1
# IMAGE: f 644 usr/share/man/man1/x.1.gz
# IMAGE: f 644 usr/share/man/man1/x.long.1
# IMAGE: f 644 usr/share/man/man3/x.3pm
# IMAGE: f 644 usr/share/man/pt_BR/man8/x.8
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  echo r >README; : >empty; mkdir tree; echo t >tree/file; for page in x.1 x.1.gz x.long.1 x.3pm x.de.1 x.pt_BR.8 x.de.5 x.info; do echo x >"${page}"; done
  dodoc README empty; docinto more; dodoc README; newdoc README renamed; docinto /; dodoc -r tree
  doinfo x.info; doman x.1 x.1.gz x.long.1 x.3pm x.de.1 x.pt_BR.8; doman -i18n=fr x.de.5; newman x.1 renamed.1
  check_false 'dodoc of a folder' nonfatal dodoc tree
  check_false 'doman of no man page' nonfatal doman README
}

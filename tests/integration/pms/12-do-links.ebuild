# PMS 12.3.9: symbolic links stay links where doins does the work
# EAPI: 5 6 7 8 9
# IMAGE: d 755 etc
# IMAGE: d 755 etc/conf.d
# IMAGE: d 755 usr
# IMAGE: d 755 usr/bin
# IMAGE: d 755 usr/include
# IMAGE: d 755 x
# IMAGE: f 755 usr/bin/link
# IMAGE: l etc/conf.d/link -> file
# IMAGE: l usr/include/link -> file
# IMAGE: l x/link -> file
# IMAGE: l x/new -> file
# IMAGE: l x/tree -> /somewhere
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() {
  echo 1 >file; ln -s file link; ln -s /somewhere tree
  insinto /x; doins link; newins link new; doins -r tree
  doheader link; doconfd link; dobin link
}

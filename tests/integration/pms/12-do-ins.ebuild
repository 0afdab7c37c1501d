# PMS 12.3.9, 12.3.10: doins, doexe, dodir, keepdir and their options
# EAPI: 5 6 7 8 9
# IMAGE: d 700 etc/private
# IMAGE: d 750 usr/tree/sub
# IMAGE: d 750 usr/tree/sub/deep
# IMAGE: d 755 etc
# IMAGE: d 755 plain
# IMAGE: d 755 usr
# IMAGE: d 755 usr/lib
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/data
# IMAGE: d 755 usr/tree
# IMAGE: d 755 var
# IMAGE: d 755 var/kept
# IMAGE: f 600 usr/share/data/secret
# IMAGE: f 644 at-top
# IMAGE: f 644 usr/share/data/file
# IMAGE: f 644 usr/share/data/new
# IMAGE: f 644 usr/tree/sub/deep/file
# IMAGE: f 644 usr/tree/sub/file
# IMAGE: f 644 var/kept/.keep_app-test_fixture-5
# IMAGE: f 711 usr/lib/renamed
# IMAGE: f 755 usr/lib/run
# IMAGE: l usr/share/data/dangling -> nowhere
# IMAGE: l usr/share/data/link -> file
# IMAGE: l usr/tree/sub/link -> file
EAPI=@EAPI@
SLOT=5/6
inherit check
S=${WORKDIR}
src_install() {
  echo 1 >file; ln -s file link; ln -s nowhere dangling; echo r >run; mkdir -p sub/deep; echo 2 >sub/file; echo 3 >sub/deep/file
  ln -s file sub/link; cp file at-top
  doins at-top
  insinto /usr/share/data; doins file link dangling; newins file new
  insopts -m0600; newins file secret; insopts -m0644
  insinto /usr/tree; diropts -m0750; doins -r sub; diropts -m0700; dodir /etc/private; diropts -m0755
  exeinto /usr/lib; doexe run; exeopts -m0711; newexe run renamed
  keepdir /var/kept; dodir plain
  check overwritten 1 "$(<"${ED%/}/usr/share/data/file")"; insinto /usr/share/data; newins run file; check overwritten r "$(<"${ED%/}/usr/share/data/file")"
}

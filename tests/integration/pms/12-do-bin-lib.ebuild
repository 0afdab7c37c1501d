# PMS 12.3.9: dobin, dosbin, dolib.*, into and their new* forms
# EAPI: 5 6 7 8 9
# IMAGE: d 755 bin
# IMAGE: d 755 opt
# IMAGE: d 755 opt/lib64
# IMAGE: d 755 opt/made
# IMAGE: d 755 usr
# IMAGE: d 755 usr/bin
# IMAGE: d 755 usr/lib64
# IMAGE: d 755 usr/sbin
# IMAGE: f 644 opt/lib64/libx.a
# IMAGE: f 644 usr/lib64/liby.a
# IMAGE: f 755 bin/tool
# IMAGE: f 755 opt/lib64/libx.so.1
# IMAGE: f 755 usr/bin/other
# IMAGE: f 755 usr/bin/spaced name
# IMAGE: f 755 usr/bin/stdin
# IMAGE: f 755 usr/bin/through-link
# IMAGE: f 755 usr/bin/tool
# IMAGE: f 755 usr/sbin/other
# IMAGE: f 755 usr/sbin/tool
# IMAGE: l opt/lib64/libx.so -> libx.so.1
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  [[ -x $(type -P dobin) ]] || die "dobin is no program"
  umask 077
  echo x >tool; echo y >'spaced name'; echo z >libx.so.1; ln -s libx.so.1 libx.so; echo z >libx.a; ln -s tool through-link
  dobin tool 'spaced name' through-link; dosbin ./tool; newbin tool other; newsbin tool other; echo s | newbin - stdin
  dobin tool
  into /opt; dolib.so libx.so libx.so.1; dolib.a libx.a
  into /usr; newlib.a libx.a liby.a
  into /; dobin tool
  into /opt/made
  check content s "$(<"${ED%/}/usr/bin/stdin")"
}

# PMS 12.3.9: folders among the files: left out by doins and doexe without -r, an error for dodoc and dobin
# EAPI: 5 6 7 8 9
# IMAGE: d 755 usr
# IMAGE: d 755 usr/bin
# IMAGE: d 755 usr/share
# IMAGE: d 755 usr/share/doc
# IMAGE: d 755 usr/share/doc/fixture-1.2.3-r1
# IMAGE: d 755 x
# IMAGE: f 644 x/file
# IMAGE: f 755 x/run
# LOG: 'tree/sub' is a folder; left out
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  mkdir -p tree/sub; echo 1 >tree/file; echo 2 >tree/sub/deep
  insinto /x; doins tree/*
  mv tree/file tree/run; exeinto /x; doexe tree/*
  check_false 'nothing but folders' nonfatal doins tree/sub
  check_false dodoc nonfatal dodoc tree/sub
  check_false dobin nonfatal dobin tree/sub
}

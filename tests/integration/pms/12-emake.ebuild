# PMS 12.3.8: emake is a program, passes MAKEOPTS, and what it is given overrides them
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() { printf 'all:\n\t@echo made $(X) >out\nbroken:\n\tfalse\n' >Makefile; }
src_install() { :; }
src_compile() {
  check type file "$(type -t emake)"
  emake X=1; check made 'made 1' "$(<out)"
  echo X=2 | xargs emake; check made 'made 2' "$(<out)"
  printf '#!/bin/sh\necho "$@" >arguments\n' >mymake; chmod +x mymake
  MAKE=./mymake emake -j1 target; check arguments '-j2 -j1 target' "$(<arguments)"
  MAKE=./mymake MAKEOPTS='-j2 -l 4 --jobs=3 -k X=-j4' MAKEFLAGS='-j2 --jobserver-auth=3,4' emake target
  check 'arguments beside a jobserver' '-k X=-j4 target' "$(<arguments)"
  check_false nonfatal nonfatal emake broken
}

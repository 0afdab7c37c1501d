# PMS 9.1.8: src_test runs `make check`, or `make test` where there is no check
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() { printf 'all:\n\t:\ntest:\n\techo test >tested\ncheck:\n\techo check >tested\ninstall:\n\t:\n' >Makefile; }
src_install() { check tested check "$(<tested)"; printf 'test:\n\techo test >tested\n' >Makefile; EBUILD_PHASE_FUNC=src_test default; check tested test "$(<tested)"; }

# PMS 12.3.12, 12.3.13: use and has
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
IUSE="on off"
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  check_true use use on; check_false use use off; check_true '!off' use '!off'; check_false '!on' use '!on'
  check usev on "$(usev on)"; check usev '' "$(usev off)"; check 'usev !' off "$(usev '!off')"
  [[ ${EAPI} -lt 8 ]] || { check usev2 --flag "$(usev on --flag)"; check usev2 '' "$(usev off --flag)"; check usev2 '' "$(usev on '')"; }
  check usex yes "$(usex on)"; check usex no "$(usex off)"
  check usex a-c "$(usex on a b -c -d)"; check usex b-d "$(usex off a b -c -d)"; check usex a "$(usex '!off' a b)"
  check with --with-on "$(use_with on)"; check without --without-off "$(use_with off)"
  check with --with-opt=val "$(use_with on opt val)"; check without --without-opt "$(use_with off opt val)"
  check 'with empty' --with-opt= "$(use_with on opt '')"
  check enable --enable-opt "$(use_enable '!off' opt)"; check disable --disable-opt "$(use_enable '!on' opt x)"
  [[ ${EAPI} == 5 ]] || { check_true in_iuse in_iuse on; check_false in_iuse in_iuse other; }
  check_true has has b a b c; check_false has has d a b c; check_false has has a
  [[ ${EAPI} -ge 8 ]] || { check hasv b "$(hasv b a b)"; check_true hasq hasq b a b; check_true useq useq on; }
}

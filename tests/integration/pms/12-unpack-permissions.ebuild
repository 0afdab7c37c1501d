# PMS 12.3.15: after unpack everything below is readable, and writable for its owner only; the folder itself stays as it is
# EAPI: 5 6 7 8 9
# DISTFILES: d.tar
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() {
  mkdir x; cd x || die; chmod 750 .; mkdir old; chmod 700 old; echo 1 >old/secret; chmod 0246 old/secret
  unpack d.tar
  check . 750 "$(stat -c %a .)"; check old 755 "$(stat -c %a old)"; check secret 644 "$(stat -c %a old/secret)"
  check d 755 "$(stat -c %a d/closed)"
}

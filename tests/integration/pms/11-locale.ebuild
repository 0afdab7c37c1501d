# PMS 11.1: characters of ASCII are classed and sorted as in the POSIX locale
# EAPI: 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  check sorted 'A B a b' "$(printf '%s\n' b A a B | sort | xargs)"
  touch b A a B
  check matched 'A B a b' "$(echo ?)"
  [[ b == [A-Z] ]] && die "a range of capitals matches b"
}

# PMS 12.3.1: nonfatal, as a function and as a program
# EAPI: 6 7 8 9
# LOG: message of die -n
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
keeps_status() { return 7; }
dies() { die -n "message of die -n" || return 5; }
src_install() {
  nonfatal keeps_status; check status 7 $?
  check_false doins nonfatal doins missing
  check_false emake nonfatal emake -f missing
  nonfatal dies; check "die -n" 5 $?
  if [[ ${EAPI} -ge 7 ]]; then
    echo missing | xargs nonfatal doins && die "xargs nonfatal"
    check type 'function file' "$(echo $(type -at nonfatal))"
  fi
  check_false einstalldocs nonfatal eval 'DOCS=missing; einstalldocs'
}

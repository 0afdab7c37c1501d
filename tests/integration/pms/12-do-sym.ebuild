# PMS 12.3.9: dosym, and -r from EAPI 8 on
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
relative() { dosym -r "$1" "$2"; check "dosym -r $1 $2" "$3" "$(readlink "${ED}/$2")"; rm "${ED}/$2"; }
src_install() {
  dosym target /a/b/link; check plain target "$(readlink "${ED}/a/b/link")"
  dosym other /a/b/link; check replaced other "$(readlink "${ED}/a/b/link")"
  check_false 'a folder' nonfatal dosym x /a/b
  check_false 'a folder' nonfatal dosym x /a/c/
  if [[ ${EAPI} -ge 8 ]]; then
    relative /usr/lib/x /usr/bin/x ../lib/x
    relative /usr/bin/y /usr/bin/x y
    relative /bin/x /usr/lib/deep/x ../../../bin/x
    relative /usr/lib/../share//x /usr/./bin/x ../share/x
    relative /usr/share/ usr/x share
    relative / /usr/x ..
    check_false 'a relative target' nonfatal dosym -r x /usr/y
  fi
}

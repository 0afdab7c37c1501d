# PMS 12.3.9: dosym -r gives what realpath of coreutils gives
# EAPI: 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  local target link folder
  for target in / /a /a/b /a/b/ /a/../b //a//b /a/./b /../x /a/b/../../c /usr/lib/x.so.1; do
    for link in x /x a/x /a/x /a/b/x a//b/x /a/./b/x /a/b/../x /usr/lib/x.so usr/bin/../lib/y; do
      folder=$(dirname "$(realpath -m -s "/${link#/}")")
      dosym -r "${target}" "${link}"
      check "dosym -r ${target} ${link}" "$(realpath -m -s --relative-to="${folder}" "${target}")" "$(readlink "${ED}/${link#/}")"
      rm -r "${ED}"/*
    done
  done
}

# PMS 12.3.15: the kinds that an EAPI has: 7z, rar and lha up to EAPI 7, txz from EAPI 6 on; zst in none
# EAPI: 5 6 7 8 9
# DISTFILES: x.7z x.7Z x.rar x.RAR x.lha x.LHA x.LHa x.lzh d.txz d.tar.lzma plain.lzma d.tbz d.deb plain.zst d.tar.zst
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
tool() { printf '#!/bin/sh\necho "%s $*" >>%s/calls\n' "$1" "${T}" >"${T}/tools/$1"; chmod +x "${T}/tools/$1"; }
calls() { sed "s|${DISTDIR}|@|" "${T}/calls"; }
src_unpack() {
  mkdir "${T}/tools"; tool 7z; tool unrar; tool lha; tool zstd; : >"${T}/calls"
  local PATH=${T}/tools:${PATH}
  unpack x.7z x.7Z x.rar x.RAR x.lha x.LHA x.LHa x.lzh
  if [[ ${EAPI} -lt 8 ]]; then
    check calls $'7z x -y @/x.7z\n7z x -y @/x.7Z\nunrar x -idq -o+ @/x.rar\nunrar x -idq -o+ @/x.RAR\nlha xfq @/x.lha\nlha xfq @/x.LHA\nlha xfq @/x.LHa\nlha xfq @/x.lzh' "$(calls)"
  else
    check calls '' "$(calls)"
  fi
  unpack d.txz
  if [[ ${EAPI} -ge 6 ]]; then check txz content "$(<d/file)"; else check_false txz test -e d; fi
  rm -rf d; unpack d.tar.lzma; check tar.lzma content "$(<d/file)"
  rm -rf d; unpack d.tbz; check tbz content "$(<d/file)"
  unpack plain.lzma; check lzma content "$(<plain)"
  rm -rf d plain; unpack d.deb; check deb '2.0' "$(<debian-binary)"; check_true data test -e data.tar.gz
  unpack plain.zst d.tar.zst; check_false zst test -e plain; check_false tar.zst test -e d
}

# PMS 12.3.15: unpack, all kinds that a base root has tools for
# EAPI: 5 6 7 8 9
# DISTFILES: d.tar d.tar.gz d.tgz d.tar.bz2 d.tbz2 d.tar.xz d.zip plain.gz plain.bz2 plain.xz archive.a other.unknown
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() {
  local name
  for name in d.tar d.tar.gz d.tgz d.tar.bz2 d.tbz2 d.tar.xz d.zip; do
    mkdir "x-${name}"; cd "x-${name}" || die
    unpack "${name}"
    check "${name}" content "$(<d/file)"
    check "mode in ${name}" '644 744' "$(stat -c %a d/file d/run | xargs)"
    [[ ${name} == d.zip ]] || check "folder mode in ${name}" 755 "$(stat -c %a d/closed)"
    cd ..
  done
  unpack plain.gz plain.bz2 plain.xz; check plain content "$(<plain)"
  unpack archive.a; check archive content "$(<file)"
  unpack other.unknown; check_false unknown test -e other
  mkdir up; cp "${DISTDIR}/d.tar.gz" up/UPPER.TAR.GZ; cd up || die; 
  if [[ ${EAPI} -ge 6 ]]; then unpack "${PWD}/UPPER.TAR.GZ"; check upper content "$(<d/file)"
  else unpack ./UPPER.TAR.GZ; check_false upper test -e d; fi
  if [[ ${EAPI} -ge 6 ]]; then unpack ../up/UPPER.TAR.GZ; else check_false 'a path' nonfatal unpack "${PWD}/UPPER.TAR.GZ"; fi
}

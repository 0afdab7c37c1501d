# PMS 12.3.15, 12.3.16, 12.3.3: get_libdir, edo, debug and sandbox commands
# EAPI: 6 7 8 9
EAPI=@EAPI@
inherit check
check global lib64 "$(get_libdir)"
SLOT=0
S=${WORKDIR}
src_install() {
  check libdir lib64 "$(get_libdir)"; check libdir lib "$(ABI= get_libdir)"; check libdir lib "$(ABI=other get_libdir)"
  addread /x; addwrite /x; addpredict /x; adddeny /x
  debug-print a; debug-print-function a; debug-print-section a
  if [[ ${EAPI} == 9 ]]; then
    edo touch made; check_true edo test -e made; check_false edo nonfatal edo false
  else
    check_false 'edo is there' declare -F edo
  fi
  [[ ${EAPI} -ge 7 ]] || check_false 'ver_cut is there' declare -F ver_cut
}

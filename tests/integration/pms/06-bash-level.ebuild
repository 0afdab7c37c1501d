# PMS 6: the level of bash that an EAPI has, not exported; "&" in replacements is no special character before EAPI 9
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  case ${EAPI} in
    5) check level 3.2 "${BASH_COMPAT}" ;;
    6 | 7) check level 4.2 "${BASH_COMPAT}" ;;
    8) check level 5.0 "${BASH_COMPAT}" ;;
  esac
  check_false exported printenv BASH_COMPAT
  local text=a+b pattern='+'
  [[ ${EAPI} == 9 ]] || check replacement 'a&b' "${text/"${pattern}"/&}"
  [[ ${EAPI} == 9 ]] || check_false globskipdots shopt -q globskipdots
  check_false 'failglob in phases' shopt -q failglob
}

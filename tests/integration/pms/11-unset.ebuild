# PMS 11.1: variables that must not be set, and ENV_UNSET from EAPI 7 on
# EAPI: 5 6 7 8 9
# ENV: GZIP=-9 BZIP2=-1 CDPATH=/usr GREP_OPTIONS=-i GLOBIGNORE=* XDG_CACHE_HOME=/secret ENV_UNSET=XDG_CACHE_HOME
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  local name
  for name in GZIP BZIP BZIP2 CDPATH GREP_OPTIONS GREP_COLOR GLOBIGNORE; do check "${name}" '' "${!name+set}"; done
  if [[ ${EAPI} -ge 7 ]]; then check ENV_UNSET '' "${XDG_CACHE_HOME+set}"; else check ENV_UNSET set "${XDG_CACHE_HOME+set}"; fi
}

# PMS 11.2: functions with extended patterns survive saving; functions that replace the runtime's own are saved too
# EAPI: 7 8 9
# IMAGE-PHASES: preinst postinst
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
shopt -s extglob
matches() { shopt -s extglob; case $1 in +([0-9])) return 0 ;; *) return 1 ;; esac; }
shopt -u extglob
debug-print() { echo replaced; }
pkg_postinst() { check_true digits matches 123; check_false letters matches abc; check replaced replaced "$(debug-print)"; }

# PMS 12.3.5, 12.3.13, 12.3.14, 12.3.15, 12.3.16: what may be called in global scope
# EAPI: 6 7 8 9
# EVENT: elog	info	from global scope
EAPI=@EAPI@
inherit check
einfo "from global scope"
einfon x; ebegin y; eend 0; debug-print z; debug-print-function z; debug-print-section z
has a b a || die "has"
check get_libdir lib64 "$(get_libdir)"
if [[ ${EAPI} != 6 ]]; then check ver_cut 1.2 "$(ver_cut 1-2)"; check ver_rs 1-2.3 "$(ver_rs 1 -)"; ver_test -ge 1 || die "ver_test"; fi
SLOT=0
S=${WORKDIR}

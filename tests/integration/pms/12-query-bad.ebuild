# PMS 12.3.4: a malformed package dependency specification
# EAPI: 7 8 9
# DIES: has_version:
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { has_version '>=dev-libs/foo' || :; echo; echo NOT-REACHED; }

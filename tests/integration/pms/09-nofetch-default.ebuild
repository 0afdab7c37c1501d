# PMS 9.1.16: what the default pkg_nofetch says
# EAPI: 5 9
# PHASES: nofetch
# DISTFILES: one.tar two.tar
# LOG: one.tar two.tar
EAPI=@EAPI@
SLOT=0

# PMS 9.1.16: pkg_nofetch and its default, which names the files
# EAPI: 5 6 7 8 9
# PHASES: nofetch
# DISTFILES: one.tar two.tar
# EVENT: elog	warn	get them from the shop
EAPI=@EAPI@
SLOT=0
pkg_nofetch() { ewarn "get them from the shop"; default; default_pkg_nofetch; }

# PMS 10.3: EXPORT_FUNCTIONS belongs in an eclass
# EAPI: 7 8 9
# DIES: EXPORT_FUNCTIONS was called outside an eclass
EAPI=@EAPI@
SLOT=0
EXPORT_FUNCTIONS src_compile

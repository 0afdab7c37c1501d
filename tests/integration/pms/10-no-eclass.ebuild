# PMS 10.1: an eclass that is not there
# EAPI: 8
# DIES: no eclass named 'nowhere'
EAPI=@EAPI@
inherit nowhere
SLOT=0

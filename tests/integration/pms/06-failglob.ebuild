# PMS 6: a pattern that matches nothing is an error in global scope
# EAPI: 6 7 8 9
# DIES: sourcing
EAPI=@EAPI@
SLOT=0
FILES=( /nothing-of-that-name/* )

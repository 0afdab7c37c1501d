# PMS 9.1.1: a missing S is an error where something could have made it
# EAPI: 6 7 8 9
# DIES: S is not a folder
EAPI=@EAPI@
SLOT=0
src_unpack() { :; }

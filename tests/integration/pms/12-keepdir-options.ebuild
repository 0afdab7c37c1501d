# PMS 12.3.9: keepdir has no options
# EAPI: 5 7 8 9
# DIES: keepdir: takes no options
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() { keepdir -R /x; }

# PMS 12.3.15: a kind whose tool is not there ends the build and names the package
# EAPI: 6 7
# DISTFILES: x.lha
# DIES: app-arch/lha in BDEPEND
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_unpack() { local PATH=${PATH%%:*}; unpack x.lha; }

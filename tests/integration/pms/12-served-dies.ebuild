# PMS 12.3.9: a command that fails in the main shell ends the build at its own line
# EAPI: 8
# DIES: dobin: cannot read 'nothing'
# STACK: src_install
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_install() {
  echo x >x
  dobin x
  dobin nothing || true
  echo NOT-REACHED
}

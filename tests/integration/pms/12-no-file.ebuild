# PMS 12.3.9: an installation command without a file is an error
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  local name
  insinto /x; exeinto /x
  for name in dobin doconfd dodir doenvd doexe doheader doinfo doinitd doins dolib.a dolib.so doman dosbin dosym fowners fperms \
    keepdir newbin newconfd newdoc newenvd newexe newheader newinitd newins newlib.a newlib.so newman newsbin; do
    check_false "${name} without a file" nonfatal "${name}"
  done
  check_true 'dodoc without a file, for lists that may be empty' dodoc
  for name in newbin newins newdoc newexe newman; do check_false "${name} of what is not there" nonfatal "${name}" missing new.1; done
  echo x >x
  for name in newbin newins newexe; do check_false "${name} into a folder" nonfatal "${name}" x sub/x; done
}

# PMS 12.3.8: einstall, where it is not banned
# EAPI: 5
# IMAGE: f 644 arguments
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  printf 'install:\n\techo $(prefix) $(datadir) $(mandir) $(infodir) $(libdir) $(localstatedir) $(sysconfdir) $(X) >$(prefix)/../arguments\n' >Makefile
  mkdir "${ED}/usr"; einstall X=1; rmdir "${ED}/usr"
  local e=${ED%/}
  check arguments "${e}/usr ${e}/usr/share ${e}/usr/share/man ${e}/usr/share/info ${e}/usr/lib64 ${e}/var/lib ${e}/etc 1" "$(<"${e}/arguments")"
}

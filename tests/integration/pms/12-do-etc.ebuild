# PMS 12.3.9, 12.3.10: files of /etc and headers; insopts and exeopts rule them up to EAPI 7
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
mode() { check "mode of $2" "$1" "$(stat -c %a "${ED}/$2")"; }
src_install() {
  echo x >a.h; mkdir dir; echo y >dir/b.h
  doconfd a.h; doenvd a.h; doinitd a.h; doheader a.h; newconfd a.h c; newenvd a.h e; newinitd a.h i; newheader a.h n.h; doheader -r dir
  mode 644 etc/conf.d/a.h; mode 644 etc/conf.d/c; mode 644 etc/env.d/e; mode 755 etc/init.d/a.h; mode 755 etc/init.d/i
  mode 644 usr/include/a.h; mode 644 usr/include/n.h; mode 644 usr/include/dir/b.h; mode 755 usr/include/dir
  insopts -m0600; exeopts -m0700
  doconfd a.h; doenvd a.h; doheader a.h; doinitd a.h
  if [[ ${EAPI} == 7 ]]; then mode 600 etc/conf.d/a.h; mode 600 etc/env.d/a.h; mode 600 usr/include/a.h; mode 700 etc/init.d/a.h
  else mode 644 etc/conf.d/a.h; mode 644 etc/env.d/a.h; mode 644 usr/include/a.h; mode 755 etc/init.d/a.h; fi
}

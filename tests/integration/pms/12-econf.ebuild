# PMS 12.3.8: what econf passes
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_unpack() {
  cat >configure <<-'SCRIPT'
	#!/bin/sh
	if [ "$1" = --help ]; then
	  echo "--docdir=DIR --htmldir=DIR --datarootdir=DIR --disable-dependency-tracking --disable-silent-rules"
	  echo "--enable-static[=PKGS] --enable-shared --with-sysroot[=DIR]"
	else
	  printf '%s\n' "$@" >arguments
	fi
	SCRIPT
  chmod +x configure
}
has_argument() { grep -qxF -e "$1" arguments; }
src_configure() {
  econf --with-x "an argument"
  local argument
  for argument in --prefix=/usr --build=x86_64-pc-linux-gnu --host=x86_64-pc-linux-gnu --mandir=/usr/share/man \
    --infodir=/usr/share/info --datadir=/usr/share --sysconfdir=/etc --localstatedir=/var/lib --libdir=/usr/lib64 --with-x "an argument" \
    --disable-dependency-tracking --disable-silent-rules; do
    check_true "econf passes" has_argument "${argument}"
  done
  check "last argument" "an argument" "$(tail -n1 arguments)"
  local since
  for argument in 6:--docdir=/usr/share/doc/fixture-1.2.3-r1 6:--htmldir=/usr/share/doc/fixture-1.2.3-r1/html 7:--with-sysroot=/ \
    8:--datarootdir=/usr/share 8:--disable-static; do
    since=${argument%%:*} argument=${argument#*:}
    if [[ ${EAPI} -ge ${since} ]]; then check_true passed has_argument "${argument}"; else check_false passed has_argument "${argument}"; fi
  done
  econf --prefix=/opt
  check_true libdir has_argument --libdir=/opt/lib64
  econf --prefix=/opt --exec-prefix=/opt/exec
  check_true libdir has_argument --libdir=/opt/exec/lib64
  CTARGET=arm-none-eabi EXTRA_ECONF='--extra="of the user"' CBUILD= econf
  check_true target has_argument --target=arm-none-eabi
  check_false build has_argument --build=x86_64-pc-linux-gnu
  check_true EXTRA_ECONF has_argument '--extra=of the user'
  printf '#!/bin/sh\n[ "$1" = --help ] && echo "--disable-static-pie --enable-shared-foo --disable-silent-rules-x"; printf "%%s\\n" "$@" >arguments\n' >configure
  econf
  check_false 'a longer option' has_argument --disable-static
  check_false 'a longer option' has_argument --disable-silent-rules
  mkdir sub; cd sub || die
  ECONF_SOURCE=.. econf
  check_true ECONF_SOURCE test -s arguments
  [[ ${EAPI} == 5 ]] || check_false 'no configure' nonfatal econf
  cd .. || die
  printf '#! /bin/sh\n[ "$1" != --help ] && echo "$0 ${BASH_VERSION:+bash} $SPECIAL" >shell\n:\n' >configure
  printf '#!/bin/sh\nSPECIAL=yes; . "$1"\n' >special; chmod +x special
  CONFIG_SHELL=${PWD}/special econf; check CONFIG_SHELL yes "$(cut -d' ' -f3 shell)"
  econf; check 'no CONFIG_SHELL' '' "$(cut -d' ' -f3 shell)"
  # Newer scripts that tell machines apart take the place of older ones.
  BROOT=${PWD}/broot
  mkdir -p "${BROOT}/usr/share/gnuconfig" old/deep new || die
  printf "timestamp='2022-01-09'\n" | tee "${BROOT}"/usr/share/gnuconfig/config.{guess,sub} >/dev/null
  printf "timestamp='2009-12-31'\n" >old/deep/config.sub; printf "timestamp='2024-05-27'\n" >new/config.guess
  econf
  check 'older script' "timestamp='2022-01-09'" "$(<old/deep/config.sub)"
  check 'newer script' "timestamp='2024-05-27'" "$(<new/config.guess)"
}

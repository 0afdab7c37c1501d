# PMS 12.3.9: fowners and fperms; owners, capabilities and nodes go to the ledger
# EAPI: 7 8 9
# OWNERS: own	root	games	@IMAGE@/bin/x
# OWNERS: own	12		@IMAGE@/bin
# OWNERS: own	12		@IMAGE@/bin/x
# OWNERS: own	www	www	@IMAGE@/bin/x
# OWNERS: own		tty	@IMAGE@/bin/x
# OWNERS: own	nobody		@IMAGE@/bin/link
# OWNERS: own	daemon	disk	@IMAGE@/var/y
# OWNERS: own	mail		@IMAGE@/var/z
# OWNERS: own	root	root	@IMAGE@/usr/inst
# OWNERS: cap	0100000200200000000000000000000000000000	@IMAGE@/bin/x
# OWNERS: node	c	1	3	0600	@IMAGE@/dev-null
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  mkdir "${D}/bin"; echo x >"${D}/bin/x"; ln -s x "${D}/bin/link"
  fowners root:games /bin/x
  fperms 4750 /bin/x; check mode 4750 "$(stat -c %a "${D}/bin/x")"
  fperms -R g-x,o= /bin; check mode 4740 "$(stat -c %a "${D}/bin/x")"
  chown 12 "${D}/bin"
  cd "${D}/bin" || die
  chown 12 link
  chown www: x
  chgrp tty x
  fowners -h nobody /bin/link
  echo y >y
  insinto /var; insopts -o daemon -g disk -m 0640; doins y; check mode 640 "$(stat -c %a "${D}/var/y")"
  install -m 0600 -o mail y "${D}/var/z"; check mode 600 "$(stat -c %a "${D}/var/z")"
  install -d -o root --group=root "${D}/usr/inst"
  rm y
  setcap cap_net_raw+ep x
  mknod -m 0600 "${D}/dev-null" c 1 3
  check_false 'no such file' nonfatal fowners root /missing
}

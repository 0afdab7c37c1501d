# PMS 12.3.10: options of install(1) in insopts, exeopts and diropts
# EAPI: 5 6 7 8 9
# OWNERS: own	daemon	disk	@IMAGE@/x/file
# OWNERS: own	mail		@IMAGE@/private
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
mode() { check "mode of $2" "$1" "$(stat -c %a "${ED%/}/$2")"; }
src_install() {
  echo 1 >file; touch -d '2001-02-03 04:05:06 UTC' file
  insinto /x; insopts --mode=0604 -o daemon --group=disk; doins file; mode 604 x/file
  insopts -p -m u=rw,go=r; newins file times; mode 644 x/times; check mtime 981173106 "$(stat -c %Y "${ED%/}/x/times")"
  exeinto /x; exeopts -m a=rx; newexe file run; mode 555 x/run
  diropts -m 0700 -o mail; dodir /private; mode 700 private
  diropts -m 0700; mkdir -p tree/sub; echo 1 >tree/sub/file
  insinto /trees; doins -r tree; mode 700 trees/tree/sub
  dodoc -r tree; mode 755 usr/share/doc/${PF}/tree/sub
  doheader -r tree; mode "$([[ ${EAPI} -ge 8 ]] && echo 755 || echo 700)" usr/include/tree/sub
  insinto /x; insopts -m0644 -S .orig; doins file; mode 644 x/file
}

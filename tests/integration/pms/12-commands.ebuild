# PMS 12.3: which commands are programs, which are functions, and which an EAPI does not have
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
is() { check "type of $2" "$1" "$(type -t "$2")"; }
since() { if [[ ${EAPI} -ge $1 ]]; then is function "$2"; else is '' "$2"; fi; }
src_install() {
  local name
  for name in dobin doconfd dodir dodoc doenvd doexe dohard doheader dohtml doinfo doinitd doins dolib dolib.a dolib.so doman domo dosbin \
    dosym fowners fperms keepdir newbin newconfd newdoc newenvd newexe newheader newinitd newins newlib.a newlib.so newman newsbin emake; do
    [[ -x $(type -P "${name}") ]] || die "${name} is no program"
  done
  is file emake
  for name in einfo einfon elog ewarn eerror ebegin eend econf into insinto exeinto docinto insopts diropts exeopts has \
    debug-print debug-print-function debug-print-section inherit nonfatal docompress default usex; do
    is function "${name}"
  done
  since 6 in_iuse; since 6 eapply; since 6 eapply_user; since 6 einstalldocs; since 6 get_libdir
  since 7 eqawarn; since 7 dostrip; since 7 ver_cut; since 7 ver_rs; since 7 ver_test
  since 9 edo; since 9 pipestatus; since 9 ver_replacing
  echo x >x
  [[ ${EAPI} -lt 7 ]] || echo x | xargs nonfatal dodoc || die "nonfatal is no program"
}

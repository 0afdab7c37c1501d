# A program that fails and nobody looks at it: a QA message with the place; what is looked at is none
# EAPI: 5 8 9
# EVENT: elog	qa	fixture-1.2.3-r1.ebuild:14: 'sed -i s/a/b/ missing' failed with status 2 and nothing looked at that; '|| die' is missing
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_compile() {
  cp missing there 2>/dev/null || echo fine
  if ! mkdir /proc/x 2>/dev/null; then :; fi
  grep -q nothing /dev/null
}
src_install() {
  sed -i s/a/b/ missing
  check messages 1 "$(wc -w <<<"${__cooper_ignored_places}")"
}

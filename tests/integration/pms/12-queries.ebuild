# PMS 12.3.4: has_version and best_version
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() {
  check_true plain has_version dev-libs/foo
  check_true '>=' has_version '>=dev-libs/foo-1.2.3'; check_false '>' has_version '>dev-libs/foo-2.0-r1'; check_true '~' has_version '~dev-libs/foo-2.0'
  check_true '=*' has_version '=dev-libs/foo-1.2*'; check_true slot has_version 'dev-libs/foo:0'; check_true subslot has_version 'dev-libs/foo:0/12'
  check_false slot has_version 'dev-libs/foo:3'; check_false absent has_version dev-libs/bar
  check_true use has_version 'dev-libs/foo:0[static]'; check_false use has_version 'dev-libs/foo:2[static]'; check_true use has_version 'dev-libs/foo:2[-static]'
  check_true 'missing flag' has_version 'dev-libs/foo:2[doc(+)]'; check_false 'flag that is off' has_version 'dev-libs/foo:0[doc(+)]'
  check_false 'missing flag' has_version 'dev-libs/foo[other(-)]'
  local option
  for option in -b -d -r; do check_true "${option}" has_version "${option}" 'dev-lang/python:3.11[ssl]'; done
  check_true 'later version' has_version '=dev-build/automake-1.18*'; check_true 'later slot' has_version '>=dev-build/automake-1.18.1:1.18'
  check_false 'earlier version' has_version 'dev-build/automake:1.15'; check_false 'no later version' has_version '>=sys-devel/gcc-13'
  check_true programs has_version -b app-arch/xz-utils; check_false headers has_version -d app-arch/xz-utils
  check best dev-libs/foo-2.0-r1 "$(best_version dev-libs/foo)"; check best dev-libs/foo-1.2.3 "$(best_version -r '<dev-libs/foo-2')"
  check best '' "$(best_version dev-libs/bar)"
}

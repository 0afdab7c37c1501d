# SPDX-License-Identifier: Apache-2.0

# @ECLASS: cooper-autotools.eclass
# @SUPPORTED_EAPIS: 8
# @BLURB: configure scripts for sources that come without one, or whose configure.ac is patched

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} is not supported" ;;
esac

if [[ -z ${_COOPER_AUTOTOOLS_ECLASS} ]]; then
_COOPER_AUTOTOOLS_ECLASS=1

BDEPEND="
	dev-build/autoconf
	dev-build/automake
	dev-build/libtool
"

# Makes configure and its makefiles anew in ${S}. Arguments go to autoreconf.
autotools_make_configure() {
	autoreconf --force --install --verbose "${@}" || die "autoreconf failed"
}

fi

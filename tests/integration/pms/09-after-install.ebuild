# PMS 9.1, 9.2: pkg_config, pkg_info, pkg_prerm and pkg_postrm have the environment of the build
# EAPI: 5 6 7 8 9
# IMAGE-PHASES: preinst postinst config info prerm postrm
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_compile() { from_compile=set; }
src_install() { dodir /x; }
note() { check from_compile set "${from_compile}"; check phase "$1" "${EBUILD_PHASE}"; called+=" $1"; }
pkg_config() { note config; }
pkg_info() { note info; }
pkg_prerm() { note prerm; check by set "${REPLACED_BY_VERSION+set}"; }
pkg_postrm() { note postrm; check called ' config info prerm postrm' "${called}"; check function pkg_postrm "${EBUILD_PHASE_FUNC}"; }

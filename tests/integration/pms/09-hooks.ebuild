# The user's bashrc, sourced before each phase, with pre_ and post_ functions
# EAPI: 8
# BASHRC: [[ ${EBUILD_PHASE} != compile ]] || CFLAGS=-from-bashrc; pre_src_install() { hooked+=pre; }; post_src_install() { [[ ${hooked} == pre ]] || die post; }
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_compile() { check CFLAGS -from-bashrc "${CFLAGS}"; }
src_install() { check hooked pre "${hooked}"; }

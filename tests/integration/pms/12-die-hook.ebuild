# EBUILD_DEATH_HOOKS: functions that an eclass wants called when a build dies
# EAPI: 7 8 9
# DIES: the reason
# LOG: the hook was called
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
last_words() { echo "the hook was called"; }
EBUILD_DEATH_HOOKS+=" last_words"
src_install() { die "the reason"; }

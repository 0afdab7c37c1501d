# PMS 10.3: the last EXPORT_FUNCTIONS of a phase wins; an ebuild's own function wins over all
# EAPI: 5 6 7 8 9
EAPI=@EAPI@
inherit inner outer check
SLOT=0
S=${WORKDIR}
src_test() { tested_by=ebuild; }
src_install() { check compile outer "${compiled_by}"; check test ebuild "${tested_by}"; inner_src_test; check inner inner "${tested_by}"; }

check_eclass_name=${ECLASS}
IUSE="outer"
DEPEND="dev-libs/outer"
RESTRICT="outer-restrict"
EXPORT_FUNCTIONS src_compile src_configure
inherit inner
check_eclass_name_after=${ECLASS}
IUSE+=" outer-late"
outer_src_compile() { compiled_by=outer; }
outer_src_configure() { configured_by=outer; }

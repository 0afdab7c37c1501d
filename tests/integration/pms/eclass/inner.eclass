IUSE="inner"
DEPEND="dev-libs/inner"
RESTRICT="inner-restrict"
inner_src_compile() { compiled_by=inner; }
inner_src_test() { tested_by=inner; }
EXPORT_FUNCTIONS src_compile src_test

# PMS 7.3.6: RESTRICT=test: src_test is not run
# EAPI: 5 6 7 8 9
# RESTRICT: test
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_test() { die "src_test was run"; }

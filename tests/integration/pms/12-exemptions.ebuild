# What an ebuild says of its files by QA_* is heard, of the architecture before the general, patterns unexpanded
# EAPI: 7 8 9
# STATE: exemptions: PREBUILT /opt/* PREBUILT usr/lib64/lib[ab].so TEXTRELS only/this EXECSTACK two words EXECSTACK three SONAME usr/lib64/.*
# ENV: ARCH=x86-fixture
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
QA_PREBUILT="/opt/* usr/lib64/lib[ab].so"
QA_TEXTRELS="not/this"
QA_TEXTRELS_x86_fixture="only/this"
QA_EXECSTACK=("two words" three)
QA_SONAME="usr/lib64/.*"
QA_WX_LOAD="not/heard"
QA_STRICT_WX_LOAD=1
QA_FLAGS_IGNORED="nothing/is/checked"
src_install() {
  cd / || die
}

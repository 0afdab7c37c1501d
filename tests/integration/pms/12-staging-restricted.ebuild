# PMS 12.3.11: RESTRICT=strip empties the inclusion list; dostrip fills it again
# EAPI: 7 8 9
# RESTRICT: strip
# STATE: dostrip: +/usr/bin/tool
# STRIPPED: usr/bin/tool
# UNSTRIPPED: usr/bin/kept
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_compile() { echo 'int main(void) { return 0; }' >x.c; gcc -g x.c -o tool && cp tool kept || die; }
src_install() { dobin tool kept; dostrip /usr/bin/tool; }

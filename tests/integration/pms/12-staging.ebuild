# PMS 12.3.11: the lists of docompress and dostrip; stripping itself
# EAPI: 7 8 9
# STATE: docompress: +/usr/share/doc +/usr/share/info +/usr/share/man -/usr/share/doc/fixture-1.2.3-r1/html -/usr/share/doc/x +/opt/doc
# STATE: dostrip: +/ -/usr/bin/kept -/opt
# STRIPPED: usr/bin/tool
# STRIPPED: usr/lib64/libx.so
# UNSTRIPPED: usr/bin/kept
# UNSTRIPPED: opt/bin/tool
EAPI=@EAPI@
SLOT=0
S=${WORKDIR}
src_compile() {
  echo 'int f(int x) { return x; } int main(void) { return f(0); }' >x.c
  gcc -g x.c -o tool && gcc -g -shared -fPIC x.c -o libx.so && cp tool kept || die
}
src_install() {
  dobin tool kept; dolib.so libx.so; into /opt; dobin tool
  docompress -x /usr/share/doc/x; docompress /opt/doc
  dostrip -x /usr/bin/kept /opt
}

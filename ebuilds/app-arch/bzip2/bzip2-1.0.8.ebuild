# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="bzip2"
DEBIAN_VERSION="1.0.8-5"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Block-sorting file compressor and its library"
HOMEPAGE="https://sourceware.org/bzip2/"
SRC_URI="
	https://sourceware.org/pub/bzip2/${P}.tar.gz
	${DEBIAN_POOL}/bzip2_${PV}.orig.tar.gz -> ${P}.tar.gz
"

LICENSE="bzip2"
SLOT="0/1"
KEYWORDS="amd64"
IUSE="+tools"

src_compile() {
	# The makefile of the shared library links with the compiler alone.
	emake -f Makefile-libbz2_so all \
		CC="$(toolchain_get CC)" \
		CFLAGS="${CFLAGS} -D_FILE_OFFSET_BITS=64 -fPIC ${LDFLAGS}"
}

src_install() {
	local libdir=$(get_libdir)

	dolib.so "libbz2.so.${PV}"
	dosym "libbz2.so.${PV}" "/usr/${libdir}/libbz2.so.1.0"
	dosym "libbz2.so.${PV}" "/usr/${libdir}/libbz2.so.1"
	dosym "libbz2.so.${PV}" "/usr/${libdir}/libbz2.so"
	doheader bzlib.h

	cat > "${T}/bzip2.pc" <<-EOF || die
		prefix=${EPREFIX}/usr
		libdir=\${prefix}/${libdir}
		includedir=\${prefix}/include

		Name: bzip2
		Description: ${DESCRIPTION}
		Version: ${PV}
		Libs: -L\${libdir} -lbz2
		Cflags: -I\${includedir}
	EOF
	insinto "/usr/${libdir}/pkgconfig"
	doins "${T}/bzip2.pc"

	if use tools; then
		newbin bzip2-shared bzip2
		dosym bzip2 /usr/bin/bunzip2
		dosym bzip2 /usr/bin/bzcat
		doman bzip2.1
	fi
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="zlib"
DEBIAN_VERSION="1.2.13.dfsg-1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Compression library for the DEFLATE format"
HOMEPAGE="https://zlib.net/"
# Debian's archive lacks the files under licenses that it does not accept; nothing of them is built here.
SRC_URI="${DEBIAN_POOL}/zlib_${PV}.dfsg.orig.tar.bz2"
S="${WORKDIR}/zlib-${PV}.dfsg"

LICENSE="ZLIB"
SLOT="0/1"
KEYWORDS="amd64"
IUSE="static-libs"

src_configure() {
	toolchain_export
	# Its own configure script: options in the GNU form are partly unknown to it.
	CFLAGS="${CFLAGS} -D_LARGEFILE64_SOURCE=1" ./configure --shared --prefix="${EPREFIX}/usr" \
		--libdir="${EPREFIX}/usr/$(get_libdir)" || die "configure failed"
}

src_compile() {
	emake libz.a libz.so.${PV}
}

src_install() {
	emake DESTDIR="${D}" LDCONFIG=: install
	use static-libs || rm "${ED}/usr/$(get_libdir)/libz.a" || die
	einstalldocs
}

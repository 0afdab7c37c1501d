# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libpng1.6"
DEBIAN_VERSION="1.6.39-2+deb12u5"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Reading and writing PNG images"
HOMEPAGE="http://www.libpng.org/pub/png/libpng.html"
SRC_URI="
	https://github.com/pnggroup/libpng/archive/refs/tags/v${PV}.tar.gz -> ${P}.tar.gz
	https://github.com/glennrp/libpng/archive/refs/tags/v${PV}.tar.gz -> ${P}.tar.gz
	${DEBIAN_POOL}/libpng1.6_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="libpng2"
SLOT="0/16"
KEYWORDS="amd64"
IUSE="tools"

DEPEND="sys-libs/zlib:="
RDEPEND="${DEPEND}"

DEBIAN_PATCHES=( 'CVE-*' )
DEBIAN_EXCLUDE=( '*-test.patch' )

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--disable-maintainer-mode \
		--enable-hardware-optimizations \
		--enable-intel-sse=yes
}

src_install() {
	default
	toolchain_remove_libtool_archives
	use tools || rm "${ED}"/usr/bin/{pngfix,png-fix-itxt} || die
}

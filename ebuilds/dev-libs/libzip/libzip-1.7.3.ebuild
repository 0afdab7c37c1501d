# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libzip"
DEBIAN_VERSION="1.7.3-1"
inherit cooper-cmake cooper-debian

DESCRIPTION="Reading and writing zip archives"
HOMEPAGE="https://libzip.org/"
SRC_URI="
	https://libzip.org/download/${P}.tar.xz
	${DEBIAN_POOL}/libzip_${PV}.orig.tar.xz -> ${P}.tar.xz
"

LICENSE="BSD"
SLOT="0/5"
KEYWORDS="amd64"
IUSE="bzip2 lzma ssl tools"

DEPEND="
	sys-libs/zlib:=
	bzip2? ( app-arch/bzip2:= )
	lzma? ( app-arch/xz-utils:= )
	ssl? ( dev-libs/openssl:= )
"
RDEPEND="${DEPEND}"

src_configure() {
	cooper-cmake_src_configure \
		-DENABLE_COMMONCRYPTO=OFF \
		-DENABLE_GNUTLS=OFF \
		-DENABLE_MBEDTLS=OFF \
		-DENABLE_WINDOWS_CRYPTO=OFF \
		$(cmake_use ssl ENABLE_OPENSSL) \
		$(cmake_use bzip2 ENABLE_BZIP2) \
		$(cmake_use lzma ENABLE_LZMA) \
		$(cmake_use tools BUILD_TOOLS) \
		-DBUILD_REGRESS=OFF \
		-DBUILD_EXAMPLES=OFF \
		-DBUILD_DOC=OFF
}

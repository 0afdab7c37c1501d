# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libzstd"
DEBIAN_VERSION="1.5.4+dfsg2-5"
inherit cooper-cmake cooper-debian

DESCRIPTION="Zstandard: fast lossless compression"
HOMEPAGE="https://facebook.github.io/zstd/"
SRC_URI="
	${DEBIAN_POOL}/libzstd_${PV}+dfsg2.orig.tar.xz
	${DEBIAN_URI}
"

LICENSE="BSD GPL-2"
SLOT="0/1"
KEYWORDS="amd64"
IUSE="+tools"

DEBIAN_PATCHES=(
	# Data could be compressed wrongly.
	0020-upstream-fix-block-splitter.patch
)

src_configure() {
	CMAKE_SOURCE_DIR="${S}/build/cmake" cooper-cmake_src_configure \
		-DZSTD_BUILD_STATIC=OFF \
		-DZSTD_BUILD_TESTS=OFF \
		-DZSTD_BUILD_CONTRIB=OFF \
		-DZSTD_LEGACY_SUPPORT=OFF \
		-DZSTD_LZ4_SUPPORT=OFF \
		-DZSTD_LZMA_SUPPORT=OFF \
		-DZSTD_ZLIB_SUPPORT=OFF \
		-DZSTD_PROGRAMS_LINK_SHARED=ON \
		$(cmake_use tools ZSTD_BUILD_PROGRAMS)
}

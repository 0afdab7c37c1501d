# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libjpeg-turbo"
DEBIAN_VERSION="2.1.5-2"
inherit cooper-cmake cooper-debian

DESCRIPTION="Reading and writing JPEG images, with vector instructions"
HOMEPAGE="https://libjpeg-turbo.org/"
SRC_URI="
	https://github.com/libjpeg-turbo/libjpeg-turbo/archive/refs/tags/${PV}.tar.gz -> ${P}.tar.gz
	${DEBIAN_POOL}/libjpeg-turbo_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="BSD IJG ZLIB"
SLOT="0/62"
KEYWORDS="amd64"
IUSE="+asm tools turbojpeg"

BDEPEND+=" asm? ( dev-lang/nasm )"

DEBIAN_PATCHES=(
	# Threads could race for the detection of vector instructions.
	0001_initialize-simd-support-before-every-use.patch
)

src_configure() {
	cooper-cmake_src_configure \
		-DENABLE_STATIC=OFF \
		-DWITH_JAVA=OFF \
		-DBUILD="${PV}" \
		$(cmake_use asm WITH_SIMD) \
		$(cmake_use asm REQUIRE_SIMD) \
		$(cmake_use turbojpeg WITH_TURBOJPEG)
}

src_install() {
	cooper-cmake_src_install
	use tools || rm -r "${ED}"/usr/bin || die
}

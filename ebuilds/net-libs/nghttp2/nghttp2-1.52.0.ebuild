# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="nghttp2"
DEBIAN_VERSION="1.52.0-1+deb12u3"
inherit cooper-cmake cooper-debian

DESCRIPTION="HTTP/2 library"
HOMEPAGE="https://nghttp2.org/"
SRC_URI="
	https://github.com/nghttp2/nghttp2/archive/refs/tags/v${PV}.tar.gz -> ${P}.tar.gz
	${DEBIAN_POOL}/nghttp2_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="MIT"
SLOT="0/14"
KEYWORDS="amd64"

DEBIAN_PATCHES=(
	'CVE-*'
	# CVE-2024-28182
	0001-Limit-CONTINUATION-frames-following-an-incoming-HEAD.patch
	0002-Add-nghttp2_option_set_max_continuations.patch
)
DEBIAN_EXCLUDE=( '*-test.patch' )

src_configure() {
	cooper-cmake_src_configure \
		-DENABLE_LIB_ONLY=ON \
		-DENABLE_STATIC_LIB=OFF \
		-DENABLE_FAILMALLOC=OFF \
		-DENABLE_DOC=OFF \
		-DWITH_LIBXML2=OFF \
		-DWITH_JEMALLOC=OFF
}

src_install() {
	cooper-cmake_src_install
	# A script for the proxy, which is not built.
	rm -r "${ED}"/usr/share/nghttp2 || die
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="xz-utils"
DEBIAN_VERSION="5.4.1-1+deb12u1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="LZMA and XZ compression: library and tools"
HOMEPAGE="https://tukaani.org/xz/"
SRC_URI="
	https://github.com/tukaani-project/xz/releases/download/v${PV}/xz-${PV}.tar.xz
	${DEBIAN_POOL}/xz-utils_${PV}.orig.tar.xz -> xz-${PV}.tar.xz
	${DEBIAN_URI}
"
S="${WORKDIR}/xz-${PV}"

LICENSE="public-domain LGPL-2.1+ GPL-2+"
SLOT="0/5"
KEYWORDS="amd64"
IUSE="+tools"

DEBIAN_PATCHES=(
	'liblzma-mt-dec-*'
	liblzma-Fix-a-buffer-overflow-in-lzma_index_append.patch
	xz-Prevent-an-integer-overflow-in-files-and-files0.patch
)

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--disable-nls \
		--disable-doc \
		--disable-rpath \
		--disable-scripts \
		--disable-lzma-links \
		--disable-lzmadec \
		--disable-lzmainfo \
		--disable-xzdec \
		--enable-symbol-versions=linux \
		--enable-threads=posix \
		$(use_enable tools xz)
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

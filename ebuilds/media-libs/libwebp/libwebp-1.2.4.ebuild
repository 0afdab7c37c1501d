# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libwebp"
DEBIAN_VERSION="1.2.4-0.2+deb12u1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Reading and writing WebP images"
HOMEPAGE="https://developers.google.com/speed/webp"
SRC_URI="
	https://storage.googleapis.com/downloads.webmproject.org/releases/webp/${P}.tar.gz
	${DEBIAN_POOL}/libwebp_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="BSD"
SLOT="0/7"
KEYWORDS="amd64"
IUSE="tools"

DEBIAN_PATCHES=( EncodeAlphaInternal-clear-result-bw-on-error.patch 'CVE-*' )

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--enable-libwebpmux \
		--enable-libwebpdemux \
		--disable-libwebpdecoder \
		--disable-libwebpextras \
		--disable-gl \
		--disable-sdl \
		--disable-png \
		--disable-jpeg \
		--disable-tiff \
		--disable-gif \
		--disable-wic
}

# Without the tools, two folders of the source are all there is to make.
src_compile() {
	local folder
	for folder in $(usex tools . 'sharpyuv src'); do
		emake -C "${folder}"
	done
}

src_install() {
	local folder
	for folder in $(usex tools . 'sharpyuv src'); do
		emake -C "${folder}" DESTDIR="${D}" install
	done
	toolchain_remove_libtool_archives
	einstalldocs
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="freetype"
DEBIAN_VERSION="2.12.1+dfsg-5+deb12u4"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Rendering of fonts"
HOMEPAGE="https://freetype.org/"
SRC_URI="
	${DEBIAN_POOL}/freetype_${PV}+dfsg.orig.tar.xz
	${DEBIAN_URI}
"

LICENSE="|| ( FTL GPL-2+ )"
SLOT="0/6"
KEYWORDS="amd64"
IUSE="bzip2 +png"

DEPEND="
	sys-libs/zlib:=
	bzip2? ( app-arch/bzip2:= )
	png? ( media-libs/libpng:= )
"
RDEPEND="${DEPEND}"
BDEPEND="virtual/pkgconfig"

DEBIAN_PATCHES=( 'CVE-*' fix-wild-free-svg.patch 'Minimal-stop-gap-fix-for-CVE-*' )
# Concerns the demos, which are another archive.
DEBIAN_EXCLUDE=( CVE-2022-31782.patch )

src_configure() {
	toolchain_use_dash
	CC_BUILD="$(toolchain_get CC)" econf \
		--disable-static \
		--enable-freetype-config \
		--with-zlib=yes \
		--with-bzip2=$(usex bzip2) \
		--with-png=$(usex png) \
		--with-harfbuzz=no \
		--with-brotli=no \
		--with-librsvg=no
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

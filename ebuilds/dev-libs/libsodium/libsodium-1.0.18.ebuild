# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libsodium"
DEBIAN_VERSION="1.0.18-1+deb12u1"
inherit cooper-autotools cooper-debian cooper-toolchain

DESCRIPTION="Encryption, signatures, hashing of passwords: a library that is hard to use wrongly"
HOMEPAGE="https://libsodium.org/"
SRC_URI="
	https://github.com/jedisct1/libsodium/archive/refs/tags/${PV}.tar.gz -> ${P}.tar.gz
	${DEBIAN_POOL}/libsodium_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="ISC"
SLOT="0/23"
KEYWORDS="amd64"
IUSE="+asm minimal"

DEBIAN_PATCHES=( 'CVE-*' )

src_prepare() {
	cooper-debian_src_prepare
	autotools_make_configure
}

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--disable-debug \
		--with-pthreads \
		$(use_enable asm) \
		$(use_enable minimal)
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

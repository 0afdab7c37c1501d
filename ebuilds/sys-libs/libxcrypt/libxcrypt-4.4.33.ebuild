# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libxcrypt"
DEBIAN_VERSION="4.4.33-2"
inherit cooper-autotools cooper-debian cooper-toolchain

DESCRIPTION="crypt(): one-way hashing of passwords"
HOMEPAGE="https://github.com/besser82/libxcrypt"
SRC_URI="
	${DEBIAN_POOL}/libxcrypt_${PV}.orig.tar.xz
	${DEBIAN_URI}
"

LICENSE="LGPL-2.1+ public-domain BSD BSD-2"
SLOT="0/2"
KEYWORDS="amd64"

BDEPEND="
	dev-lang/perl
	virtual/pkgconfig
"

DEBIAN_PATCHES=(
	# A macro of libtool's that is not installed with it everywhere.
	include_ltdlm4
)

src_prepare() {
	cooper-debian_src_prepare
	autotools_make_configure
}

src_configure() {
	toolchain_use_dash
	# No functions for programs of decades ago; without them the library is libcrypt.so.2.
	econf \
		--disable-static \
		--disable-failure-tokens \
		--disable-obsolete-api \
		--disable-werror
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libxcrypt"
DEBIAN_VERSION="4.4.33-2"
inherit cooper-autotools cooper-debian

DESCRIPTION="crypt(): one-way hashing of passwords"
HOMEPAGE="https://github.com/besser82/libxcrypt"
SRC_URI="${DEBIAN_POOL}/libxcrypt_${PV}.orig.tar.xz"

LICENSE="LGPL-2.1+ public-domain BSD BSD-2"
SLOT="0/2"
KEYWORDS="amd64"

BDEPEND="
	dev-lang/perl
	virtual/pkgconfig
"

src_prepare() {
	default
	autotools_make_configure
}

src_configure() {
	# No functions for programs of decades ago; without them the library is libcrypt.so.2.
	econf \
		--disable-static \
		--disable-failure-tokens \
		--disable-obsolete-api \
		--disable-werror
}

src_install() {
	default
	autotools_remove_libtool_archives
}

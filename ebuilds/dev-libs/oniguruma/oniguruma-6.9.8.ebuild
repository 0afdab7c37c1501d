# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libonig"
DEBIAN_VERSION="6.9.8-1"
inherit cooper-autotools cooper-debian cooper-toolchain

DESCRIPTION="Regular expression library with many encodings and syntaxes"
HOMEPAGE="https://github.com/kkos/oniguruma"
SRC_URI="
	https://github.com/kkos/oniguruma/archive/refs/tags/v${PV}.tar.gz -> ${P}.tar.gz
	${DEBIAN_POOL}/libonig_${PV}.orig.tar.gz -> ${P}.tar.gz
"

LICENSE="BSD-2"
SLOT="0/5"
KEYWORDS="amd64"

src_prepare() {
	default
	autotools_make_configure
}

src_configure() {
	toolchain_use_dash
	# The POSIX functions would take the names of the C library's.
	econf --disable-static --disable-posix-api
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="gmp"
DEBIAN_VERSION="6.2.1+dfsg1-1.1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Arithmetic of numbers of any length"
HOMEPAGE="https://gmplib.org/"
SRC_URI="
	${DEBIAN_POOL}/gmp_${PV}+dfsg1.orig.tar.xz
	${DEBIAN_URI}
"

LICENSE="|| ( LGPL-3+ GPL-2+ )"
SLOT="0/10.4"
KEYWORDS="amd64"
IUSE="+asm cxx"

BDEPEND="sys-devel/m4"

DEBIAN_PATCHES=( 'CVE-*' )

src_prepare() {
	cooper-debian_src_prepare
	# The archive has no manual, but configure wants its makefile.
	mkdir doc || die
	echo 'all install:' > doc/Makefile.in || die
}

src_configure() {
	toolchain_use_dash
	# To gmp's configure, ABI is the width of the machine. The fat build picks its loops when it runs, so that the library is for every
	# processor and does not depend on the one that built it.
	ABI=64 econf \
		--disable-static \
		$(use_enable asm assembly) \
		$(use_enable asm fat) \
		$(use_enable cxx) \
		--without-readline
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

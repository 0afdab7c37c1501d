# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="argon2"
DEBIAN_VERSION="0~20190702+dfsg-4"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Memory-hard hashing of passwords: the Argon2 reference implementation"
HOMEPAGE="https://github.com/P-H-C/phc-winner-argon2"
SRC_URI="${DEBIAN_POOL}/argon2_0~${PV}+dfsg.orig.tar.xz"
S="${WORKDIR}/phc-winner-argon2-${PV}"

LICENSE="|| ( Apache-2.0 CC0-1.0 )"
SLOT="0/1"
KEYWORDS="amd64"
IUSE="tools"

src_prepare() {
	default
	# The flags are the user's. With x86-64 the SSE2 code is taken, which every machine has; "native" would be the builder's own.
	sed -i -e 's/ -O3 -Wall -g / /' Makefile || die
}

_argon2_make() {
	emake \
		CC="$(toolchain_get CC)" \
		OPTTARGET="$([[ ${ARCH} == amd64 ]] && echo x86-64 || echo none)" \
		ARGON2_VERSION="${PV}" \
		PREFIX="${EPREFIX}/usr" \
		LIBRARY_REL="$(get_libdir)" \
		PC_EXTRA_LIBS= \
		"${@}"
}

src_compile() {
	_argon2_make libargon2.so.1 libargon2.pc $(usev tools argon2)
}

src_install() {
	local libdir=$(get_libdir)
	dolib.so libargon2.so.1
	dosym libargon2.so.1 "/usr/${libdir}/libargon2.so"
	doheader include/argon2.h
	insinto "/usr/${libdir}/pkgconfig"
	doins libargon2.pc
	use tools && dobin argon2
	einstalldocs
}

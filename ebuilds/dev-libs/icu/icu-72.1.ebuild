# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="icu"
DEBIAN_VERSION="72.1-3+deb12u1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Unicode, locales, collation, transliteration, formats"
HOMEPAGE="https://icu.unicode.org/"
SRC_URI="
	https://github.com/unicode-org/icu/releases/download/release-${PV/./-}/icu4c-${PV/./_}-src.tgz -> icu4c-${PV}.tar.gz
	${DEBIAN_POOL}/icu_${PV}.orig.tar.gz -> icu4c-${PV}.tar.gz
	${DEBIAN_URI}
"
S="${WORKDIR}/icu/source"

LICENSE="Unicode-DFS-2016 BSD BSD-2"
SLOT="0/${PV}"
KEYWORDS="amd64"
IUSE="tools"

DEBIAN_PATCHES=(
	# CVE-2025-5222 and a stack overflow
	0001-ICU-22973-Fix-buffer-overflow-by-using-CharString.patch
	ICU-22198.patch
)

src_prepare() {
	cooper-debian_apply "${WORKDIR}/icu"
	default
}

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--disable-debug \
		--disable-samples \
		--disable-tests \
		--disable-layoutex \
		--disable-extras \
		--with-data-packaging=library
}

src_install() {
	default
	use tools && return
	# Programs that compile locale data, with their libraries and makefiles: this build has had its use of them.
	rm -r "${ED}"/usr/{bin,sbin} "${ED}"/usr/share/{icu,man} "${ED}/usr/$(get_libdir)"/icu "${ED}/usr/$(get_libdir)"/libicu{tu,test}.* || die
}

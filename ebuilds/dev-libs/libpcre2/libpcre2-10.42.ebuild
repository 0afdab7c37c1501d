# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="pcre2"
DEBIAN_VERSION="10.42-1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Perl-compatible regular expressions"
HOMEPAGE="https://www.pcre.org/"
SRC_URI="
	https://github.com/PCRE2Project/pcre2/releases/download/pcre2-${PV}/pcre2-${PV}.tar.gz
	${DEBIAN_POOL}/pcre2_${PV}.orig.tar.gz -> pcre2-${PV}.tar.gz
"
S="${WORKDIR}/pcre2-${PV}"

LICENSE="BSD"
SLOT="0/3"
KEYWORDS="amd64"
IUSE="+jit pcre16 pcre32 tools +unicode"

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--enable-pcre2-8 \
		$(use_enable pcre16 pcre2-16) \
		$(use_enable pcre32 pcre2-32) \
		$(use_enable jit) \
		$(use_enable unicode) \
		--disable-pcre2grep-libz \
		--disable-pcre2grep-libbz2 \
		--disable-pcre2test-libedit \
		--disable-pcre2test-libreadline
}

# pcre2grep and pcre2test are built only where they are asked for; the library needs neither.
src_compile() {
	emake $(usex tools '' 'bin_PROGRAMS= noinst_PROGRAMS=')
}

src_install() {
	emake DESTDIR="${D}" $(usex tools '' 'bin_PROGRAMS= noinst_PROGRAMS=') install
	toolchain_remove_libtool_archives
	einstalldocs
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libxml2"
DEBIAN_VERSION="2.9.14+dfsg-1.3~deb12u6"
inherit cooper-debian cooper-toolchain

DESCRIPTION="XML and HTML: parser, XPath, schemas"
HOMEPAGE="https://gitlab.gnome.org/GNOME/libxml2/-/wikis/home"
SRC_URI="
	${DEBIAN_POOL}/libxml2_${PV}+dfsg.orig.tar.xz
	${DEBIAN_URI}
"

LICENSE="MIT"
SLOT="2"
KEYWORDS="amd64"
IUSE="icu ipv6 lzma readline tools +zlib"

DEPEND="
	icu? ( dev-libs/icu:= )
	lzma? ( app-arch/xz-utils:= )
	readline? ( sys-libs/readline:= )
	zlib? ( sys-libs/zlib:= )
"
RDEPEND="${DEPEND}"
BDEPEND="virtual/pkgconfig"

DEBIAN_PATCHES=(
	'CVE-*'
	schemas-Fix-null-pointer-deref-in-xmlSchemaCheckCOSS.patch
	Reset-nsNr-in-xmlCtxtReset.patch
	Also-reset-nsNr-in-htmlCtxtReset.patch
	'00[23][0-9]-*'
)
DEBIAN_EXCLUDE=(
	# Tests only.
	0034-testcatalog-Add-new-tests-for-catalog.c.patch
)

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--disable-maintainer-mode \
		--without-python \
		--without-debug \
		--without-mem-debug \
		--without-ftp \
		$(use_with readline history) \
		$(use_with readline) \
		$(use_with icu) \
		$(use_with lzma) \
		$(use_with zlib) \
		$(use_enable ipv6)
}

# The tests are programs of the makefile's default target: the library and, where wanted, xmllint and xmlcatalog are enough.
src_compile() {
	emake noinst_PROGRAMS= $(usex tools '' bin_PROGRAMS=)
}

src_install() {
	emake DESTDIR="${D}" noinst_PROGRAMS= $(usex tools '' bin_PROGRAMS=) install
	toolchain_remove_libtool_archives
	rm -r "${ED}/usr/$(get_libdir)/xml2Conf.sh" "${ED}"/usr/share/{doc,gtk-doc} || die
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="libxslt"
DEBIAN_VERSION="1.1.35-1+deb12u4"
inherit cooper-debian cooper-toolchain

DESCRIPTION="XSL transformations"
HOMEPAGE="https://gitlab.gnome.org/GNOME/libxslt/-/wikis/home"
SRC_URI="
	https://download.gnome.org/sources/libxslt/$(ver_cut 1-2)/${P}.tar.xz
	${DEBIAN_POOL}/libxslt_${PV}.orig.tar.xz -> ${P}.tar.xz
	${DEBIAN_URI}
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="amd64"
IUSE="tools"

DEPEND=">=dev-libs/libxml2-2.9.14:2="
RDEPEND="${DEPEND}"
BDEPEND="virtual/pkgconfig"

DEBIAN_PATCHES=(
	# CVE-2024-55549, CVE-2025-24855
	'001[23]-*'
	# CVE-2025-7424, with what it stands on
	'001[4-9]-*' '002*' gnome-libxslt-bug-139-apple-fix.diff
)

src_configure() {
	toolchain_use_dash
	econf \
		--disable-static \
		--without-python \
		--without-crypto \
		--without-debug \
		--without-debugger \
		--without-profiler \
		--with-plugins
}

src_install() {
	default
	toolchain_remove_libtool_archives
	rm -r "${ED}/usr/$(get_libdir)/xsltConf.sh" "${ED}"/usr/share/{doc,gtk-doc} || die
	use tools || rm "${ED}"/usr/bin/xsltproc || die
}

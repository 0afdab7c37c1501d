# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="jq"
DEBIAN_VERSION="1.6-2.1+deb12u2"
inherit cooper-autotools cooper-debian cooper-toolchain

DESCRIPTION="Filter and transform JSON on the command line"
HOMEPAGE="https://jqlang.org/"
SRC_URI="
	${DEBIAN_POOL}/jq_${PV}.orig.tar.gz
	${DEBIAN_URI}
"
S="${WORKDIR}/jq-jq-${PV}"

LICENSE="MIT CC-BY-3.0"
SLOT="0"
KEYWORDS="amd64"
IUSE="+oniguruma"

DEPEND="oniguruma? ( dev-libs/oniguruma:= )"
RDEPEND="${DEPEND}"
BDEPEND="
	sys-devel/bison
	sys-devel/flex
"

DEBIAN_PATCHES=(
	# The archive comes from a tag: its version is asked of git, and the library's folder in modules is empty.
	patch-version-into-build.patch
	0008-Do-not-use-venderized-oniguruma.patch
	0009-Hardcode-version-to-1.6.patch
	# Links with shared libraries.
	disable-static-libtool.patch
	# Bugs that input can reach.
	stack-exhaustion.patch
	'CVE-*' 'GHSA-*'
)

src_prepare() {
	cooper-debian_src_prepare
	autotools_make_configure
}

src_configure() {
	toolchain_use_dash
	econf \
		--disable-docs \
		--disable-valgrind \
		--disable-error-injection \
		--enable-pthread-tls \
		--disable-static \
		--with-oniguruma=$(usex oniguruma yes no)
}

src_install() {
	default
	toolchain_remove_libtool_archives
}

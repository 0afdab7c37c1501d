# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="readline"
DEBIAN_VERSION="8.2-1.3"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Editing of command lines, with history"
HOMEPAGE="https://tiswww.case.edu/php/chet/readline/rltop.html"
SRC_URI="
	mirror://gnu/readline/${P}.tar.gz
	${DEBIAN_POOL}/readline_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="GPL-3+"
SLOT="0/8"
KEYWORDS="amd64"

DEPEND="sys-libs/ncurses:="
RDEPEND="${DEPEND}"

DEBIAN_PATCHES=(
	0001-Readline-8.2-patch-1-fix-crash-when-readline-is-star.patch
)

src_prepare() {
	cooper-debian_src_prepare
	# The libraries find each other without a path of their own.
	sed -i -e 's/-Wl,-rpath,\$(libdir) //' support/shobj-conf || die
}

src_configure() {
	toolchain_use_dash
	bash_cv_termcap_lib=libtinfo econf \
		--disable-static \
		--disable-install-examples \
		--with-curses \
		--with-shared-termcap-library
}

src_compile() {
	emake SHLIB_LIBS=-ltinfo shared
}

src_install() {
	emake SHLIB_LIBS=-ltinfo DESTDIR="${D}" install-shared
	einstalldocs
}

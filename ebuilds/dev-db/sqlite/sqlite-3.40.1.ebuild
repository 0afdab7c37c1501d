# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="sqlite3"
DEBIAN_VERSION="3.40.1-2+deb12u2"
inherit cooper-debian cooper-toolchain

DESCRIPTION="SQL database in a library"
HOMEPAGE="https://sqlite.org/"
SRC_URI="
	${DEBIAN_POOL}/sqlite3_${PV}.orig.tar.xz
	${DEBIAN_URI}
"
S="${WORKDIR}/sqlite3-${PV}"

LICENSE="public-domain"
SLOT="3"
KEYWORDS="amd64"
IUSE="readline +tools"

DEPEND="
	readline? (
		sys-libs/ncurses:=
		sys-libs/readline:=
	)
"
RDEPEND="${DEPEND}"
# The source is many files; a program in Tcl makes the one that is compiled.
BDEPEND="dev-lang/tcl"

DEBIAN_PATCHES=(
	41-fix_a_bug_in_the_NOT_NULL-IS_NULL_optimization.patch
	'*CVE-*'
	0001-Fix-a-buffer-overread-in-the-sessions-extension-that.patch
	0002-Avoid-a-stack-overflow-that-could-be-caused-by-a-rec.patch
	0003-Fix-a-technically-undefined-signed-integer-overflow-.patch
)

src_prepare() {
	cooper-debian_src_prepare
	# The program needs no path to the libraries of the system.
	sed -i -e 's/\(\$(LIBREADLINE) \$(TLIBS)\) -rpath "\$(libdir)"/\1/' Makefile.in || die
}

src_configure() {
	toolchain_use_dash
	# The program would take zlib where it finds it.
	local -x ac_cv_search_deflate=no
	local -x CPPFLAGS="${CPPFLAGS} -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_UNLOCK_NOTIFY -DSQLITE_ENABLE_DBSTAT_VTAB \
-DSQLITE_ENABLE_STMTVTAB -DSQLITE_ENABLE_PREUPDATE_HOOK -DSQLITE_SECURE_DELETE -DSQLITE_MAX_VARIABLE_NUMBER=250000"
	econf \
		--disable-static \
		--disable-tcl \
		--disable-debug \
		--disable-editline \
		--enable-threadsafe \
		--enable-load-extension \
		--enable-fts3 \
		--enable-fts4 \
		--enable-fts5 \
		--enable-rtree \
		--enable-session \
		--enable-math \
		--enable-json \
		$(use_enable readline)
}

src_compile() {
	emake libsqlite3.la $(usev tools sqlite3)
}

src_install() {
	emake DESTDIR="${D}" lib_install
	doheader sqlite3.h src/sqlite3ext.h
	insinto "/usr/$(get_libdir)/pkgconfig"
	doins sqlite3.pc
	# It has the library inside.
	use tools && dobin sqlite3
	toolchain_remove_libtool_archives
}

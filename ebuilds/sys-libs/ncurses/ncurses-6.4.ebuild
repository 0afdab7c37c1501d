# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="ncurses"
DEBIAN_VERSION="6.4-4"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Terminal handling: terminfo, curses, panels, menus, forms"
HOMEPAGE="https://invisible-island.net/ncurses/"
SRC_URI="
	mirror://gnu/ncurses/${P}.tar.gz
	${DEBIAN_POOL}/ncurses_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="MIT"
SLOT="0/6"
KEYWORDS="amd64"
IUSE="full-terminfo +tools"

DEBIAN_PATCHES=(
	fix_crash_on_very_long_tc-use_clause.diff
)

# The terminals that are described without USE=full-terminfo.
NCURSES_TERMINALS="ansi,dumb,linux,rxvt,screen,screen-256color,tmux,tmux-256color,vt100,vt102,vt220,xterm,xterm-256color,xterm-color,\
xterm-mono"

src_configure() {
	# Not with dash: what CONFIG_SHELL says goes into the first line of ncursesw6-config, and an image has /bin/sh at most.
	local options=(
		--with-shared
		--without-normal
		--without-debug
		--without-ada
		--without-cxx
		--without-cxx-binding
		--without-manpages
		--without-tests
		--without-tack
		--without-gpm
		--without-pcre2
		--with-termlib=tinfo
		--enable-widec
		--enable-overwrite
		--enable-pc-files
		--with-pkg-config-libdir="${EPREFIX}/usr/$(get_libdir)/pkgconfig"
		--with-terminfo-dirs="${EPREFIX}/etc/terminfo:${EPREFIX}/usr/share/terminfo"
		--with-default-terminfo-dir="${EPREFIX}/usr/share/terminfo"
		--disable-stripping
		--disable-rpath-hack
		--disable-root-environ
		--disable-db-install
		--enable-symlinks
	)
	econf "${options[@]}"
}

src_install() {
	local library libdir=$(get_libdir)
	emake DESTDIR="${D}" install

	# tic of this build, for its own format of the database.
	mkdir -p "${ED}/usr/share/terminfo" || die
	local -x LD_LIBRARY_PATH="${S}/lib"
	if use full-terminfo; then
		progs/tic -x -o "${ED}/usr/share/terminfo" misc/terminfo.src || die
	else
		progs/tic -x -o "${ED}/usr/share/terminfo" -e "${NCURSES_TERMINALS}" misc/terminfo.src || die
	fi
	unset LD_LIBRARY_PATH

	# Everything is built for wide characters; programs that ask for the plain names get the same. Those that know one library only
	# find the terminfo functions in it too.
	for library in ncurses form menu panel; do
		echo "INPUT(-l${library}w AS_NEEDED(-ltinfo))" > "${ED}/usr/${libdir}/lib${library}.so" || die
		dosym "${library}w.pc" "/usr/${libdir}/pkgconfig/${library}.pc"
	done
	echo "INPUT(-lncursesw AS_NEEDED(-ltinfo))" > "${ED}/usr/${libdir}/libcurses.so" || die

	use tools || rm -r "${ED}"/usr/bin/{captoinfo,clear,infocmp,infotocap,reset,tabs,tic,toe,tput,tset} || die
}

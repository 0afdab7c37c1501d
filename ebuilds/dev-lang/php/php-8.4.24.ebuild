# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="php8.4"
DEBIAN_VERSION="8.4.24-1~deb13u1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="The PHP language: command line and FastCGI process manager"
HOMEPAGE="https://www.php.net/"
SRC_URI="
	https://www.php.net/distributions/${P}.tar.xz
	${DEBIAN_POOL}/php8.4_${PV}.orig.tar.xz -> ${P}.tar.xz
"

LICENSE="PHP-3.01 BSD Zend-2.0"
SLOT="$(ver_cut 1-2)"
KEYWORDS="~amd64"
# What upstream has on by default is on here, but for fileinfo and sqlite.
IUSE="
	argon2 bcmath bzip2 calendar +cli +ctype curl +dom exif fileinfo +filter fpm ftp gd gettext gmp +iconv intl +ipv6 +jit jpeg
	mbstring mysql +opcache pcntl +pdo +phar +posix readline +session shmop +simplexml soap sockets sodium sqlite ssl sysvipc
	+tokenizer truetype webp +xml +xmlreader +xmlwriter xslt zip zlib
"
REQUIRED_USE="
	|| ( cli fpm )
	jit? ( opcache )
	jpeg? ( gd )
	pcntl? ( cli )
	readline? ( cli )
	truetype? ( gd )
	webp? ( gd )
	xslt? ( dom )
"

_PHP_XML="dom soap simplexml xml xmlreader xmlwriter xslt"

DEPEND="
	dev-libs/libpcre2:=[jit,unicode]
	argon2? ( app-crypt/argon2:= )
	bzip2? ( app-arch/bzip2:= )
	curl? ( net-misc/curl:= )
	gd? (
		media-libs/libpng:=
		sys-libs/zlib:=
		jpeg? ( media-libs/libjpeg-turbo:= )
		truetype? ( media-libs/freetype:= )
		webp? ( media-libs/libwebp:= )
	)
	gmp? ( dev-libs/gmp:= )
	intl? ( dev-libs/icu:= )
	mbstring? ( dev-libs/oniguruma:= )
	readline? (
		sys-libs/ncurses:=
		sys-libs/readline:=
	)
	sodium? ( dev-libs/libsodium:= )
	sqlite? ( dev-db/sqlite:3 )
	ssl? ( dev-libs/openssl:= )
	$(printf '%s? ( dev-libs/libxml2:2= ) ' ${_PHP_XML})
	xslt? ( dev-libs/libxslt )
	zip? ( dev-libs/libzip:= )
	zlib? ( sys-libs/zlib:= )
"
# The slots have the same paths: an image holds one of them.
RDEPEND="
	${DEPEND}
	!dev-lang/php:8.2
	fpm? ( acct-user/www )
	ssl? ( app-misc/ca-certificates )
"
BDEPEND="virtual/pkgconfig"

_php_libxml() {
	local flag
	for flag in ${_PHP_XML}; do
		use "${flag}" && return 0
	done
	return 1
}

src_prepare() {
	default

	sed -i -e 's/^expose_php = On/expose_php = Off/' php.ini-production || die
	# The one function of the library that the programs call and that it does not export.
	sed -i -e 's/^void zend_signal_init(void)/ZEND_API &/' Zend/zend_signal.{c,h} || die
}

src_configure() {
	local options=(
		--sysconfdir="${EPREFIX}/etc/php"
		--localstatedir="${EPREFIX}/var"
		--with-config-file-path="${EPREFIX}/etc/php"
		--with-config-file-scan-dir="${EPREFIX}/etc/php/conf.d"
		--with-libdir="$(get_libdir)"
		--with-layout=GNU
		--disable-all
		--disable-cgi
		--disable-debug
		--disable-phpdbg
		--disable-rpath
		--disable-zts
		--without-pear
		--without-capstone
		--without-valgrind

		$(use_enable cli)
		$(use_enable fpm)
		--with-fpm-user=www
		--with-fpm-group=www
		--without-fpm-acl
		--without-fpm-apparmor
		--without-fpm-selinux
		--without-fpm-systemd

		--with-external-pcre
		--with-pcre-jit
		$(use_with argon2 password-argon2)
		$(use_enable bcmath)
		$(use_with bzip2 bz2)
		$(use_enable calendar)
		$(use_enable ctype)
		$(use_with curl)
		$(use_enable dom)
		$(use_enable exif)
		# Eight megabytes of data: as a file of its own, not in each program.
		$(use_enable fileinfo fileinfo shared)
		$(use_enable filter)
		$(use_enable ftp)
		$(use ftp && use_with ssl ftp-ssl)
		$(use_enable gd)
		$(use_with jpeg)
		$(use_with truetype freetype)
		$(use_with webp)
		$(use_with gettext)
		$(use_with gmp)
		$(use_with iconv)
		$(use_enable intl)
		$(use_enable ipv6)
		$(_php_libxml && echo --with-libxml || echo --without-libxml)
		$(use_enable mbstring)
		$(use_enable mbstring mbregex)
		$(use_with mysql mysqli)
		$(use mysql && use_with ssl mysqlnd-ssl)
		$(use_enable opcache)
		$(use_enable jit opcache-jit)
		$(use_enable pcntl)
		$(use_enable pdo)
		$(use_enable phar)
		$(use_enable posix)
		$(use_with readline)
		--without-libedit
		$(use_enable session)
		$(use_enable shmop)
		$(use_enable simplexml)
		$(use_enable soap)
		$(use_enable sockets)
		$(use_with sodium)
		$(use_with sqlite sqlite3)
		$(use_with ssl openssl)
		--without-openssl-argon2
		$(use_enable sysvipc sysvmsg)
		$(use_enable sysvipc sysvsem)
		$(use_enable sysvipc sysvshm)
		$(use_enable tokenizer)
		$(use_enable xml)
		$(use_enable xmlreader)
		$(use_enable xmlwriter)
		$(use_with xslt xsl)
		$(use_with zip)
		$(use_with zlib)
	)
	if use pdo; then
		options+=( $(use_with mysql pdo-mysql) $(use_with sqlite pdo-sqlite) )
	fi

	toolchain_export
	# The library is code that may lie anywhere; what it calls of itself is still its own.
	toolchain_append_flags -fno-semantic-interposition
	# Both end up in the program; the machine that builds is nobody's business.
	local -x PHP_UNAME="Linux" PHP_BUILD_SYSTEM="Linux"
	local -x EXTENSION_DIR="${EPREFIX}/usr/$(get_libdir)/php/extensions"
	econf "${options[@]}"

	# Its libtool would compile every file twice, for a static and for a shared library.
	sed -i -e 's/^build_old_libs=yes/build_old_libs=no/' libtool || die
	cat "${FILESDIR}/libphp.mk" >> Makefile || die
}

src_compile() {
	emake LIBPHP="libphp-${SLOT}.so" build-binaries build-modules
}

src_install() {
	dolib.so "libphp-${SLOT}.so"
	emake LIBPHP="libphp-${SLOT}.so" INSTALL_ROOT="${D}" $(usev cli install-cli) $(usev fpm install-fpm) \
		$({ use fileinfo || use opcache; } && echo install-modules)
	rm -rf "${ED}"/etc/php/*.default "${ED}"/etc/php/php-fpm.d/*.default "${ED}"/usr/php "${ED}"/var || die
	rm -f "${ED}/usr/$(get_libdir)"/php/extensions/*.a || die

	insinto /etc/php
	newins php.ini-production php.ini
	keepdir /etc/php/conf.d
	if use opcache; then
		insinto /etc/php/conf.d
		doins "${FILESDIR}/opcache.ini"
	fi
	if use fileinfo; then
		echo "extension = fileinfo" > "${T}/fileinfo.ini" || die
		insinto /etc/php/conf.d
		doins "${T}/fileinfo.ini"
	fi
	if use fpm; then
		insinto /etc/php
		doins "${FILESDIR}/php-fpm.conf"
		insinto /etc/php/php-fpm.d
		doins "${FILESDIR}/www.conf"
	fi
}

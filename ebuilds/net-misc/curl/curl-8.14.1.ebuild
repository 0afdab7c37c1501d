# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="curl"
DEBIAN_VERSION="8.14.1-2+deb13u5"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Transfers over HTTP and many other protocols: library and tool"
HOMEPAGE="https://curl.se/"
SRC_URI="
	https://curl.se/download/${P}.tar.gz
	${DEBIAN_POOL}/curl_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="curl"
SLOT="0/4"
KEYWORDS="~amd64"
IUSE="+http2 +ipv6 +ssl +tools zstd"

DEPEND="
	sys-libs/zlib:=
	http2? ( net-libs/nghttp2:= )
	ssl? ( dev-libs/openssl:= )
	zstd? ( app-arch/zstd:= )
"
RDEPEND="
	${DEPEND}
	ssl? ( app-misc/ca-certificates )
"
BDEPEND="
	dev-lang/perl
	virtual/pkgconfig
"

DEBIAN_PATCHES=( 'CVE-*' cookie-don-t-treat-the-leading-slash-as-trailing.patch )

src_configure() {
	local options=(
		--disable-static
		--disable-debug
		--disable-maintainer-mode
		--disable-docs
		--disable-manual
		--disable-ldap
		--disable-ldaps
		--disable-ares
		--disable-werror
		--enable-threaded-resolver
		--enable-symbol-hiding
		--without-brotli
		--without-gssapi
		--without-libgsasl
		--without-libidn2
		--without-libpsl
		--without-librtmp
		--without-libssh
		--without-libssh2
		--without-nghttp3
		--without-openssl-quic
		--without-libuv
		--without-ngtcp2
		--without-quiche
		--without-fish-functions-dir
		--without-zsh-functions-dir
		--with-zlib
		$(use_with http2 nghttp2)
		$(use_enable ipv6)
		$(use_with zstd)
	)
	if use ssl; then
		options+=(
			--with-openssl
			--with-ca-bundle="${EPREFIX}/etc/ssl/certs/ca-certificates.crt"
			--without-ca-embed
			--without-ca-path
		)
	else
		options+=( --without-ssl )
	fi
	econf "${options[@]}"
}

src_compile() {
	emake -C lib
	use tools && emake -C src
}

src_install() {
	emake -C lib DESTDIR="${D}" install
	emake -C include DESTDIR="${D}" install
	use tools && emake -C src DESTDIR="${D}" install
	dobin curl-config
	insinto "/usr/$(get_libdir)/pkgconfig"
	doins libcurl.pc
	toolchain_remove_libtool_archives
	einstalldocs
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="nginx"
DEBIAN_VERSION="1.22.1-9+deb12u9"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Web server and proxy"
HOMEPAGE="https://nginx.org/"
SRC_URI="
	https://nginx.org/download/${P}.tar.gz
	${DEBIAN_POOL}/nginx_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="BSD-2"
SLOT="0"
KEYWORDS="amd64"
IUSE="+auth-request +cache dav +fastcgi +grpc +gzip +http2 mail +pcre +proxy +realip scgi +ssl +status +stream +sub +threads uwsgi"
REQUIRED_USE="
	grpc? ( http2 )
	http2? ( ssl )
"

DEPEND="
	sys-libs/libxcrypt:=
	gzip? ( sys-libs/zlib:= )
	pcre? ( dev-libs/libpcre2:=[jit] )
	ssl? ( dev-libs/openssl:= )
"
RDEPEND="
	${DEPEND}
	acct-group/nginx
	acct-user/nginx
"
BDEPEND="
	acct-group/nginx
	acct-user/nginx
"

DEBIAN_PATCHES=( 'CVE-*' FIX-HTTP2bomb.patch )

# nginx knows two kinds of options: what it does not build unless told (--with-) and what it builds unless told (--without-).
_nginx_with() {
	use "${1}" && echo "--with-${2}"
}

_nginx_without() {
	use "${1}" || echo "--without-${2}"
}

src_configure() {
	local options=(
		--prefix="${EPREFIX}/usr/share/nginx"
		--sbin-path="${EPREFIX}/usr/sbin/nginx"
		--modules-path="${EPREFIX}/usr/$(get_libdir)/nginx/modules"
		--conf-path="${EPREFIX}/etc/nginx/nginx.conf"
		--error-log-path=stderr
		--http-log-path="${EPREFIX}/dev/stdout"
		--pid-path="${EPREFIX}/run/nginx.pid"
		--lock-path="${EPREFIX}/run/nginx.lock"
		--user=nginx
		--group=nginx
		--http-client-body-temp-path="${EPREFIX}/var/lib/nginx/client_body"
		--http-proxy-temp-path="${EPREFIX}/var/lib/nginx/proxy"
		--http-fastcgi-temp-path="${EPREFIX}/var/lib/nginx/fastcgi"
		--http-uwsgi-temp-path="${EPREFIX}/var/lib/nginx/uwsgi"
		--http-scgi-temp-path="${EPREFIX}/var/lib/nginx/scgi"
		--with-cc="$(toolchain_get CC)"
		--with-cc-opt="${CFLAGS}"
		# The base system's libcrypt lies before ours in the linker's own order.
		--with-ld-opt="-L${ESYSROOT}/usr/$(get_libdir) ${LDFLAGS}"

		$(_nginx_with threads threads)
		$(_nginx_with auth-request http_auth_request_module)
		$(_nginx_with dav http_dav_module)
		$(_nginx_with gzip http_gunzip_module)
		$(_nginx_with gzip http_gzip_static_module)
		$(_nginx_with http2 http_v2_module)
		$(_nginx_with realip http_realip_module)
		$(_nginx_with ssl http_ssl_module)
		$(_nginx_with status http_stub_status_module)
		$(_nginx_with sub http_sub_module)
		$(_nginx_without cache http-cache)
		$(_nginx_without fastcgi http_fastcgi_module)
		$(_nginx_without grpc http_grpc_module)
		$(_nginx_without gzip http_gzip_module)
		$(_nginx_without proxy http_proxy_module)
		$(_nginx_without scgi http_scgi_module)
		$(_nginx_without uwsgi http_uwsgi_module)
	)
	if use pcre; then
		options+=( --with-pcre --with-pcre-jit )
	else
		options+=( --without-pcre --without-http_rewrite_module )
	fi
	if use stream; then
		options+=( --with-stream $(_nginx_with ssl stream_ssl_module) $(_nginx_with ssl stream_ssl_preread_module) )
	fi
	if use mail; then
		options+=( --with-mail $(_nginx_with ssl mail_ssl_module) )
	fi
	# No GNU options are known to it.
	./configure "${options[@]}" || die "configure failed"
}

src_compile() {
	# Its makefile links with $(LINK) and takes the flags above.
	emake
}

src_install() {
	dosbin objs/nginx

	insinto /etc/nginx
	doins conf/mime.types conf/fastcgi.conf conf/{fastcgi,scgi,uwsgi}_params
	doins "${FILESDIR}/nginx.conf"
	keepdir /etc/nginx/conf.d
	insinto /etc/nginx/conf.d
	doins "${FILESDIR}/default.conf"
	insinto /usr/share/nginx/html
	doins html/index.html html/50x.html

	keepdir /var/lib/nginx
	fowners nginx:nginx /var/lib/nginx
	fperms 0750 /var/lib/nginx
}

pkg_postinst() {
	ewarn "Debian has more fixes of nginx since ${DEBIAN_VERSION}, that of CVE-2026-42533 among them; this build is without them."
	ewarn "nginx 1.26.3 has some of them. To have it, say so in the spec:"
	ewarn '  [package."www-servers/nginx"]'
	ewarn '  keywords = ["~amd64"]'
}

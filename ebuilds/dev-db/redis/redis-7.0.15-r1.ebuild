# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="redis"
DEBIAN_VERSION="7.0.15-1~deb12u10"
inherit cooper-debian cooper-toolchain

DESCRIPTION="Key-value database in memory"
HOMEPAGE="https://redis.io/"
SRC_URI="
	${DEBIAN_POOL}/redis_${PV}.orig.tar.gz
	${DEBIAN_URI}
"

LICENSE="BSD BSD-2 MIT"
SLOT="0"
KEYWORDS="~amd64"
IUSE="+jemalloc ssl +tools"

DEPEND="ssl? ( dev-libs/openssl:= )"
RDEPEND="
	${DEPEND}
	acct-group/redis
	acct-user/redis
"
BDEPEND="
	acct-group/redis
	acct-user/redis
	ssl? ( virtual/pkgconfig )
"

DEBIAN_PATCHES=(
	'*CVE-*'
	# CVE-2023-41056 and others
	0001-Apply-security-fixes-for-CVEs-1113.patch
)

src_prepare() {
	cooper-debian_src_prepare
	# The flags are the user's, and the sources of Lua and jemalloc get them too.
	sed -i -e 's/^LUA_CFLAGS+= -O2/LUA_CFLAGS+=/' -e 's/^\(JEMALLOC_CFLAGS=.*\) -g3 -O3 -funroll-loops/\1/' deps/Makefile || die
}

_redis_make() {
	local options=(
		V=1
		CC="$(toolchain_get CC)"
		OPTIMIZATION=
		DEBUG=
		REDIS_CFLAGS="${CFLAGS}"
		REDIS_LDFLAGS="${LDFLAGS}"
		MALLOC=$(usex jemalloc jemalloc libc)
		BUILD_TLS=$(usex ssl yes no)
		USE_SYSTEMD=no
		PREFIX="${ED}/usr"
		# The width of addresses would be asked of the builder's processor otherwise.
		JEMALLOC_CONFIGURE_OPTS="--with-lg-vaddr=48 --disable-doc"
	)
	emake -C src "${options[@]}" "${@}"
}

src_compile() {
	_redis_make all
}

src_install() {
	_redis_make install
	use tools || rm "${ED}"/usr/bin/{redis-benchmark,redis-check-aof,redis-check-rdb,redis-sentinel} || die

	# In a container every interface is the container's own; data lies where a volume can be mounted.
	sed -e 's|^bind 127.0.0.1 -::1|bind * -::*|' -e 's|^dir ./|dir /var/lib/redis|' redis.conf > "${T}/redis.conf" || die
	insinto /etc/redis
	doins "${T}/redis.conf"

	keepdir /var/lib/redis
	fowners redis:redis /var/lib/redis
	fperms 0750 /var/lib/redis
}

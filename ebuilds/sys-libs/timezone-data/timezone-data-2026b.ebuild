# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="tzdata"
DEBIAN_VERSION="2026b-0+deb12u1"
inherit cooper-debian

DESCRIPTION="Time zones of the world"
HOMEPAGE="https://www.iana.org/time-zones"
SRC_URI="
	https://data.iana.org/time-zones/releases/tzdata${PV}.tar.gz
	${DEBIAN_POOL}/tzdata_${PV}.orig.tar.gz -> tzdata${PV}.tar.gz
"
S="${WORKDIR}"

LICENSE="BSD public-domain"
SLOT="0"
KEYWORDS="amd64"

# zic
BDEPEND="sys-libs/glibc"

src_compile() {
	zic -b slim -d zoneinfo africa antarctica asia australasia europe northamerica southamerica etcetera factory backward || die
}

src_install() {
	insinto /usr/share
	doins -r zoneinfo
	insinto /usr/share/zoneinfo
	doins iso3166.tab zone.tab zone1970.tab leap-seconds.list
}

# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="ca-certificates"
DEBIAN_VERSION="20230311+deb12u1"
inherit cooper-debian

DESCRIPTION="Certificates of the authorities that Mozilla trusts for servers"
HOMEPAGE="https://www.ccadb.org/"
SRC_URI="${DEBIAN_POOL}/ca-certificates_${DEBIAN_VERSION}.tar.xz"
S="${WORKDIR}/ca-certificates"

LICENSE="MPL-2.0"
SLOT="0"
KEYWORDS="amd64"

BDEPEND="dev-lang/python"

src_compile() {
	python3 "${FILESDIR}/bundle.py" mozilla/certdata.txt mozilla/blacklist.txt mozilla/extra/*.crt > ca-certificates.crt || die
}

src_install() {
	insinto /etc/ssl/certs
	doins ca-certificates.crt
	# Where OpenSSL looks when it is not told.
	dosym certs/ca-certificates.crt /etc/ssl/cert.pem
}

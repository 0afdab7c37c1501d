# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="openssl"
DEBIAN_VERSION="3.0.20-1~deb12u2"
inherit cooper-debian cooper-toolchain

DESCRIPTION="TLS and cryptography"
HOMEPAGE="https://openssl-library.org/"
SRC_URI="
	https://github.com/openssl/openssl/releases/download/${P}/${P}.tar.gz
	${DEBIAN_POOL}/openssl_${PV}.orig.tar.gz -> ${P}.tar.gz
	${DEBIAN_URI}
"

LICENSE="Apache-2.0"
SLOT="0/3"
KEYWORDS="amd64"
IUSE="+asm ktls static-libs +tools"

BDEPEND="dev-lang/perl"
# Without roots no certificate can be checked.
RDEPEND="app-misc/ca-certificates"

DEBIAN_PATCHES=(
	# CVE-2026-7383
	Reject-oversized-inputs-in-ASN1_mbstring_ncopy.patch
	# CVE-2026-9076
	cms-kek_unwrap_key-Fix-out-of-bounds-read-in-check-byte-v.patch
	# CVE-2026-34180
	Avoid-length-truncation-in-ASN1_STRING_set.patch
	# CVE-2026-34182
	CMS-Produce-error-when-AEAD-algorithms-are-used-in-envelo.patch
	Reject-potentially-forged-encrypted-CMS-AuthEnvelopedData.patch
	# CVE-2026-42766
	Fix-potential-NULL-dereference-processing-CMS-PasswordRec.patch
	# CVE-2026-42770
	Match-the-local-q-DHX-parameter-against-the-peer-s-q.patch
	# CVE-2026-45445
	Apply-the-buffered-IV-on-the-AES-OCB-EVP_Cipher-path.patch
	# CVE-2026-45446
	Fix-handling-of-empty-ciphertext-messages-in-AES-SIV.patch
	# CVE-2026-45447
	Fix-possible-use-after-free-in-OpenSSL-PKCS7_verify.patch
)

# The libraries are compiled once, as shared ones, unless the static ones are wanted too.
_openssl_make() {
	emake $(usex static-libs '' 'LIBS= INSTALL_LIBS=') "${@}"
}

src_configure() {
	local options=(
		--prefix="${EPREFIX}/usr"
		--libdir="$(get_libdir)"
		--openssldir="${EPREFIX}/etc/ssl"
		shared
		threads
		no-tests
		no-ssl3
		no-ssl3-method
		no-zlib
		no-capieng
		no-afalgeng
		no-padlockeng
		no-sctp
		enable-ec_nistp_64_gcc_128
		$(usex asm '' no-asm)
		$(usex ktls enable-ktls no-ktls)
	)
	unset APPS SCRIPTS
	toolchain_export
	# It adds ${CROSS_COMPILE} to the names of the tools otherwise.
	CROSS_COMPILE= ./Configure "linux-x86_64" "${options[@]}" \
		CFLAGS="${CFLAGS}" CPPFLAGS="${CPPFLAGS}" LDFLAGS="${LDFLAGS}" || die "Configure failed"
}

src_compile() {
	_openssl_make build_sw
}

src_install() {
	_openssl_make DESTDIR="${D}" install_sw install_ssldirs

	# The scripts of a certificate authority need perl and are samples.
	rm -r "${ED}"/etc/ssl/misc "${ED}"/usr/bin/c_rehash "${ED}"/etc/ssl/*.dist || die
	use tools || rm "${ED}"/usr/bin/openssl || die
	fperms 0700 /etc/ssl/private
	keepdir /etc/ssl/certs /etc/ssl/private
	einstalldocs
}

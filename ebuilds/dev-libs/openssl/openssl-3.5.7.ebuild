# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="openssl"
DEBIAN_VERSION="3.5.7-1~deb13u2"
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
KEYWORDS="~amd64"
IUSE="+asm ktls static-libs +tools"

BDEPEND="dev-lang/perl"
# Without roots no certificate can be checked.
RDEPEND="app-misc/ca-certificates"

DEBIAN_PATCHES=(
	Avoid-double-free-of-qrx-in-port_default_packet_handler.patch
	Fix-heap-buffer-overflow-8-byte-OOB-write-in-AES-WRAP-PAD.patch
	Fix-Remote-NULL-deref-in-ossl_cmp_calc_protection-via-cra.patch
	Handle-signature_algorithms_cert-extension-in-key-only-co.patch
	Avoid-full-read-buffer-allocation-when-buffering-DTLS-nex.patch
	ssl-record-methods-dtls_meth.c-lower-the-unprocessed_rcds.patch
	ssl-record-remove-dead-DTLS-processed_rcds-record-queue.patch
	CMP-unexpected-sender-DN-used-as-format-string-in-ERR_rai.patch
	Fix-unbounded-cert-cache-growth-in-cmp.patch
	Don-t-store-ACK-only-frames-in-TX-history-for-QUIC.patch
	Check-the-tag-on-EVP_Cipher-finalize-Poly1305-and-OCB-AEA.patch
	QUIC-server-limit-number-of-pending-QUIC-channels-connect.patch
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
		no-docs
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

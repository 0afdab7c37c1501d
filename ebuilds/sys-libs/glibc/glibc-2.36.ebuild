# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="glibc"
DEBIAN_VERSION="2.36-9+deb12u14"
inherit cooper-debian cooper-toolchain

DESCRIPTION="The C library"
HOMEPAGE="https://www.gnu.org/software/libc/"
SRC_URI="
	${DEBIAN_POOL}/glibc_${PV}.orig.tar.xz
	${DEBIAN_URI}
"

LICENSE="LGPL-2.1+ BSD ISC"
SLOT="2.2"
KEYWORDS="amd64"
IUSE="locale-sources static-libs"

BDEPEND="
	app-alternatives/awk
	dev-lang/python
	sys-devel/bison
	sys-kernel/linux-headers
"

DEBIAN_PATCHES=(
	# The release branch since the release, with all its security fixes.
	git-updates.diff
	# Memory corruption where a comparison function is inconsistent.
	any/local-qsort-memory-corruption.patch
)

_GLIBC_LOADER="ld-linux-x86-64.so.2"

# The kernel's headers and no other C library's. Where several architectures share /usr/include, asm lies in a folder of its own.
_glibc_kernel_headers() {
	local name folder headers=${WORKDIR}/kernel-headers include=${ESYSROOT}/usr/include
	local multiarch=$($(toolchain_get CC) -print-multiarch)
	mkdir "${headers}" || die
	for name in linux asm asm-generic; do
		for folder in "${include}/${name}" "${include}/${multiarch}/${name}"; do
			[[ -d ${folder} ]] && ln -s "${folder}" "${headers}/${name}" && continue 2
		done
		die "the kernel's headers have no ${name} in ${include}"
	done
	echo "${headers}"
}

src_prepare() {
	cooper-debian_src_prepare
	# Debian's tarball is without the manual, one of the folders that make enters.
	if [[ ! -e manual/Makefile ]]; then
		sed -i '/^all-subdirs = /,/[^\\]$/s/ manual / /' Makeconfig || die
		! grep -q '^[^#]* manual ' Makeconfig || die "make would still enter the folder of the manual"
	fi
}

src_configure() {
	# The library protects itself in the places where it can; these flags would break its start.
	toolchain_filter_flags '-D_FORTIFY_SOURCE=*' '-fstack-protector*' '-Wl,*'
	toolchain_export
	mkdir "${WORKDIR}/build" || die
	cd "${WORKDIR}/build" || die

	local headers
	headers=$(_glibc_kernel_headers) || die
	local -x libc_cv_slibdir="${EPREFIX}/usr/$(get_libdir)" libc_cv_rtlddir="${EPREFIX}/usr/$(get_libdir)"
	ECONF_SOURCE="${S}" econf \
		--enable-bind-now \
		--enable-stack-protector=strong \
		--enable-kernel=4.4 \
		--with-headers="${headers}" \
		--without-gd \
		--without-selinux \
		--disable-build-nscd \
		--disable-nscd \
		--disable-crypt \
		--disable-profile \
		--disable-timezone-tools \
		--disable-werror
}

src_compile() {
	emake -C "${WORKDIR}/build"
}

src_install() {
	local libdir=$(get_libdir)
	emake -C "${WORKDIR}/build" install_root="${D}" install

	# The loader's name in every program. Absolute, as /lib64 is itself a link in many roots.
	[[ -e ${ED}/usr/${libdir}/${_GLIBC_LOADER} ]] || die "the loader is not where it was sent"
	dosym "/usr/${libdir}/${_GLIBC_LOADER}" "/lib64/${_GLIBC_LOADER}"

	use static-libs || rm -f "${ED}/usr/${libdir}"/lib{c,m,m-2.36,mvec,resolv}.a || die
	use locale-sources || rm -r "${ED}"/usr/share/i18n || die
	# Made anew where the image is put together.
	rm -f "${ED}"/etc/ld.so.cache || die
}

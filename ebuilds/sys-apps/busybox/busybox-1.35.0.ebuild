# SPDX-License-Identifier: Apache-2.0

EAPI=8

DEBIAN_SOURCE="busybox"
DEBIAN_VERSION="1.35.0-4+deb12u1"
inherit cooper-debian cooper-toolchain

DESCRIPTION="A shell and the usual Unix tools in one small program"
HOMEPAGE="https://busybox.net/"
SRC_URI="
	https://busybox.net/downloads/${P}.tar.bz2
	${DEBIAN_POOL}/busybox_${PV}.orig.tar.bz2 -> ${P}.tar.bz2
	${DEBIAN_URI}
"

LICENSE="GPL-2"
SLOT="0"
KEYWORDS="amd64"
IUSE="+ipv6 +links static"

DEBIAN_PATCHES=( 'CVE-*' )

# Sets an option of .config: _busybox_option NAME y|n
_busybox_option() {
	sed -i -e "/^CONFIG_${1}=/d" -e "/^# CONFIG_${1} is not set/d" .config || die
	case ${2} in
		y) echo "CONFIG_${1}=y" >> .config || die ;;
		n) echo "# CONFIG_${1} is not set" >> .config || die ;;
	esac
}

_busybox_make() {
	emake \
		CC="$(toolchain_get CC)" \
		AR="$(toolchain_get AR)" \
		NM="$(toolchain_get NM)" \
		STRIP="$(toolchain_get STRIP)" \
		OBJCOPY="$(toolchain_get OBJCOPY)" \
		HOSTCC="${CBUILD:-${CHOST}}-gcc" \
		EXTRA_LDFLAGS="${LDFLAGS}" \
		SKIP_STRIP=y \
		V=1 \
		"${@}"
}

src_configure() {
	# The date of the configuration would be in the banner of the shell.
	export KCONFIG_NOTIMESTAMP=1
	unset KBUILD_OUTPUT
	_busybox_make defconfig

	_busybox_option FEATURE_IPV6 $(usex ipv6 y n)
	_busybox_option STATIC $(usex static y n)
	_busybox_option PAM n
	_busybox_option SELINUX n
	_busybox_option WERROR n
	# Of no use in a container, or in need of other headers.
	local name
	for name in TC FLASHCP FLASH_ERASEALL FLASH_LOCK FLASH_UNLOCK NANDDUMP NANDWRITE UBIATTACH UBIDETACH UBIMKVOL UBIRENAME UBIRMVOL \
		UBIRSVOL UBIUPDATEVOL INIT LINUXRC HALT POWEROFF REBOOT FEATURE_PREFER_APPLETS FEATURE_SH_STANDALONE; do
		_busybox_option ${name} n
	done
	yes '' | _busybox_make oldconfig
}

src_compile() {
	_busybox_make busybox
}

src_install() {
	local path

	dobin busybox
	use links || return 0

	# One link per tool, all of them in /usr: what stands in /bin and /sbin is the image's matter.
	_busybox_make busybox.links
	while read -r path; do
		case ${path} in
			*/busybox | */linuxrc) ;;
			*/sbin/*) dosym ../bin/busybox "/usr/sbin/${path##*/}" ;;
			*) dosym busybox "/usr/bin/${path##*/}" ;;
		esac
	done < busybox.links
}

# SPDX-License-Identifier: Apache-2.0

# @ECLASS: cooper-account.eclass
# @SUPPORTED_EAPIS: 8
# @BLURB: users and groups that daemons run as
# @DESCRIPTION:
# A package acct-user/NAME or acct-group/NAME installs one sysusers.d(5) file; what composes the image reads these files and writes
# passwd and group. The package's name is the account's name.
#
# Set before inherit:
#   ACCOUNT_ID           number of the user or group
# For users:
#   ACCOUNT_COMMENT      who it is
#   ACCOUNT_HOME         home folder, /nonexistent if unset
#   ACCOUNT_SHELL        login shell, /sbin/nologin if unset
#   ACCOUNT_GROUPS       array of groups, the first is the primary one; (NAME) if unset

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} is not supported" ;;
esac

if [[ -z ${_COOPER_ACCOUNT_ECLASS} ]]; then
_COOPER_ACCOUNT_ECLASS=1

[[ ${ACCOUNT_ID} == +([0-9]) ]] || die "${ECLASS}: ACCOUNT_ID must be set to a number before inherit"

HOMEPAGE="https://www.freedesktop.org/software/systemd/man/latest/sysusers.d.html"
LICENSE="Apache-2.0"
SLOT="0"
S="${WORKDIR}"

case ${CATEGORY} in
	acct-group)
		DESCRIPTION="The group ${PN}"
		;;
	acct-user)
		DESCRIPTION="The user ${PN}"
		[[ ${#ACCOUNT_GROUPS[@]} -gt 0 ]] || ACCOUNT_GROUPS=("${PN}")
		RDEPEND="$(printf 'acct-group/%s ' "${ACCOUNT_GROUPS[@]}")"
		;;
	*)
		die "${ECLASS} is for acct-user and acct-group"
		;;
esac

cooper-account_src_install() {
	local file="${T}/${CATEGORY}-${PN}.conf" group
	if [[ ${CATEGORY} == acct-group ]]; then
		echo "g ${PN} ${ACCOUNT_ID}" > "${file}" || die
	else
		printf 'u %s %s:%s "%s" %s %s\n' "${PN}" "${ACCOUNT_ID}" "${ACCOUNT_GROUPS[0]}" "${ACCOUNT_COMMENT:-${PN}}" \
			"${ACCOUNT_HOME:-/nonexistent}" "${ACCOUNT_SHELL:-/sbin/nologin}" > "${file}" || die
		for group in "${ACCOUNT_GROUPS[@]:1}"; do
			echo "m ${PN} ${group}" >> "${file}" || die
		done
	fi
	insinto /usr/lib/sysusers.d
	doins "${file}"
}

fi

EXPORT_FUNCTIONS src_install

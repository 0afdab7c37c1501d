# SPDX-License-Identifier: Apache-2.0

# @ECLASS: cooper-debian.eclass
# @SUPPORTED_EAPIS: 8
# @BLURB: sources that Debian carries, and the security patches that come with them
# @DESCRIPTION:
# Debian keeps the source of each package beside its own changes: NAME_VERSION.orig.tar.* and NAME_VERSION-REVISION.debian.tar.*. The
# first is a second place to have the source from; the second carries backported security fixes as a quilt series.
#
# Set before inherit:
#   DEBIAN_SOURCE   name of Debian's source package
#   DEBIAN_VERSION  its version, without the epoch
# Optional:
#   DEBIAN_SUFFIX   how the archive of Debian's changes ends, ".debian.tar.xz" if unset
#
# Gives:
#   DEBIAN_POOL     folder of the source package, for SRC_URI
#   DEBIAN_URI      Debian's changes, for SRC_URI: in the main archive, and in the security archive, which alone has its updates
#                   until a point release takes them over. It keeps them no longer than until the next one.
#
# Set in the ebuild, if the series holds patches that are wanted:
#   DEBIAN_PATCHES  array of names or globs; patches of the series that match are applied in the order of the series.
#                   A pattern that matches nothing is an error, so that a changed series is noticed.
#   DEBIAN_EXCLUDE  array of names or globs to leave out of these (patches of files that the orig archive lacks)

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} is not supported" ;;
esac

if [[ -z ${_COOPER_DEBIAN_ECLASS} ]]; then
_COOPER_DEBIAN_ECLASS=1

[[ -n ${DEBIAN_SOURCE} && -n ${DEBIAN_VERSION} ]] || die "${ECLASS}: DEBIAN_SOURCE and DEBIAN_VERSION must be set before inherit"

# The pool sorts by first letter, and libraries by "lib" and a letter.
case ${DEBIAN_SOURCE} in
	lib?*) _DEBIAN_FOLDER="${DEBIAN_SOURCE:0:4}/${DEBIAN_SOURCE}" ;;
	*) _DEBIAN_FOLDER="${DEBIAN_SOURCE:0:1}/${DEBIAN_SOURCE}" ;;
esac
DEBIAN_POOL="mirror://debian/pool/main/${_DEBIAN_FOLDER}"
DEBIAN_URI="
	${DEBIAN_POOL}/${DEBIAN_SOURCE}_${DEBIAN_VERSION}${DEBIAN_SUFFIX:-.debian.tar.xz}
	mirror://debian/pool/updates/main/${_DEBIAN_FOLDER}/${DEBIAN_SOURCE}_${DEBIAN_VERSION}${DEBIAN_SUFFIX:-.debian.tar.xz}
"
unset _DEBIAN_FOLDER

# Succeeds if the first argument matches one of the globs after it.
_cooper-debian_matches() {
	local name=${1} glob
	shift
	for glob; do
		# The right side is a pattern on purpose.
		[[ ${name} == ${glob} ]] && return 0
	done
	return 1
}

# Applies the chosen patches of the series to the folder given, ${S} if none is.
cooper-debian_apply() {
	local folder=${1:-${S}} patches="${WORKDIR}/debian/patches" name rest glob
	local -A seen=()

	pushd "${folder}" >/dev/null || die
	while read -r name rest; do
		[[ -z ${name} || ${name} == '#'* ]] && continue
		for glob in "${DEBIAN_PATCHES[@]}"; do
			[[ ${name} == ${glob} ]] && seen[${glob}]=1
		done
		_cooper-debian_matches "${name}" "${DEBIAN_PATCHES[@]}" || continue
		_cooper-debian_matches "${name}" "${DEBIAN_EXCLUDE[@]}" && continue
		eapply "${patches}/${name}"
	done < "${patches}/series"
	popd >/dev/null || die

	for glob in "${DEBIAN_PATCHES[@]}"; do
		[[ -n ${seen[${glob}]} ]] || die "no patch of Debian's series is called ${glob}"
	done
}

cooper-debian_src_prepare() {
	[[ ${#DEBIAN_PATCHES[@]} -gt 0 ]] && cooper-debian_apply
	default
}

fi

EXPORT_FUNCTIONS src_prepare

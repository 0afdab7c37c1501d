# SPDX-License-Identifier: Apache-2.0

# @ECLASS: cooper-toolchain.eclass
# @SUPPORTED_EAPIS: 8
# @BLURB: the tools of the toolchain for build systems that do not look for them, and small changes of flags

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} is not supported" ;;
esac

if [[ -z ${_COOPER_TOOLCHAIN_ECLASS} ]]; then
_COOPER_TOOLCHAIN_ECLASS=1

# Prints the program that serves as a tool: what the variable of that name says, else the one that carries the triplet.
toolchain_get() {
	local program
	case ${1} in
		CC) program=gcc ;;
		CXX) program=g++ ;;
		CPP) program=cpp ;;
		AR) program=ar ;;
		LD) program=ld ;;
		NM) program=nm ;;
		RANLIB) program=ranlib ;;
		STRIP) program=strip ;;
		OBJCOPY) program=objcopy ;;
		*) die "toolchain_get: no tool is called ${1}" ;;
	esac
	echo "${!1:-${CHOST}-${program}}"
}

# Lets configure scripts, and the Makefiles and libtool that they write, run with dash, which starts in less time than bash.
# For scripts known to need nothing of bash: those made by autoconf take bash by themselves where sh is Debian's dash, for want of LINENO.
toolchain_use_dash() {
	if [[ -x ${BROOT}/bin/dash ]]; then
		export CONFIG_SHELL=${BROOT}/bin/dash
	fi
}

# Exports the tools named, all that are usual if none is.
toolchain_export() {
	local tool
	[[ ${#} -gt 0 ]] || set -- CC CXX AR NM RANLIB
	for tool; do
		export "${tool}=$(toolchain_get "${tool}")"
	done
}

# Appends to CFLAGS and CXXFLAGS.
toolchain_append_flags() {
	export CFLAGS="${CFLAGS} ${*}" CXXFLAGS="${CXXFLAGS} ${*}"
}

# Takes the flags that match a glob out of CFLAGS, CXXFLAGS and LDFLAGS.
toolchain_filter_flags() {
	local variable word glob keep
	for variable in CFLAGS CXXFLAGS LDFLAGS; do
		keep=()
		for word in ${!variable}; do
			for glob; do
				# The right side is a pattern on purpose.
				[[ ${word} == ${glob} ]] && continue 2
			done
			keep+=("${word}")
		done
		export "${variable}=${keep[*]}"
	done
}

# Libtool's archives serve static linking only; they would carry paths into other builds.
toolchain_remove_libtool_archives() {
	find "${ED}" -type f -name '*.la' -delete || die
}

fi

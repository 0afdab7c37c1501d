# One ebuild being sourced for its metadata, and what it may call meanwhile. Loads with __cooper_runtime set: in metadata.bash, which
# writes the protocol, and in src/shell, which evaluates these very lines without a bash. Records go to descriptor 3.

# Commands that PMS lets ebuilds and eclasses call in global scope.

# Reports a broken ebuild. It may run in a subshell of the ebuild's, so what counts is the line, not the exit status.
die() {
  local message="${*:-die was called without a message}" depth=1
  # The innermost place outside the runtime.
  while [[ ${BASH_SOURCE[depth]-} == "${__cooper_runtime}"/* ]]; do ((++depth)); done
  [[ -z ${BASH_SOURCE[depth]-} ]] || message="${BASH_SOURCE[depth]##*/}:${BASH_LINENO[depth - 1]}: ${message}"
  printf 'die %s\0' "${message}" >&3
  exit 1
}

__cooper_banned() { die "${FUNCNAME[1]} is banned in EAPI ${__cooper_eapi} (PMS 12.3.2)"; }

assert() {
  local status=("${PIPESTATUS[@]}") code
  for code in "${status[@]}"; do [[ ${code} == 0 ]] || die "$@"; done
}

nonfatal() { "$@"; }

addread() { :; }
addwrite() { :; }
addpredict() { :; }
adddeny() { :; }

# Messages of global scope interest nobody who only reads metadata.
einfo() { :; }
einfon() { :; }
elog() { :; }
ewarn() { :; }
eqawarn() { :; }
eerror() { :; }
ebegin() { :; }
eend() { return "${1:-0}"; }
debug-print() { :; }
debug-print-function() { :; }
debug-print-section() { :; }

source "${__cooper_runtime}/lib/lists.bash"
source "${__cooper_runtime}/lib/versions.bash"
source "${__cooper_runtime}/lib/inherit.bash"
source "${__cooper_runtime}/lib/eapi.bash"

# The commands that answer from a build, which is not there yet, or act on one.
__cooper_forbid() {
  local name
  for name; do eval "${name}() { die \"'${name}' must not be called in global scope\"; }"; done
}
__cooper_forbid use usev useq usex use_with use_enable in_iuse has_version best_version edo ver_replacing \
  econf emake einstall eapply eapply_user unpack default einstalldocs \
  into insinto exeinto docinto insopts diropts exeopts libopts docompress dostrip keepdir

# External programs must not be called in global scope; PATH leads nowhere, so all of them arrive here. Bash runs this in a subshell.
command_not_found_handle() {
  die "the command '$1' is not available while an ebuild is being sourced"
}

# Tells of each eclass before it is looked for, so that the other side knows what the metadata depend on even when it is missing.
__cooper_note_eclass() { printf 'inherit %s %s\0' "$1" "$2" >&3; }

# One ebuild, in a subshell.

__cooper_phases=(src_compile pkg_config src_configure pkg_info src_install pkg_nofetch pkg_postinst pkg_postrm pkg_preinst
  src_prepare pkg_prerm pkg_pretend pkg_setup src_test src_unpack)

__cooper_print_metadata() {
  __cooper_add_eclass_variables
  {
    printf 'phases '
    declare -F "${__cooper_phases[@]}"
    printf '\0'
    printf 'set %s %s\0' DEPEND "${DEPEND}" RDEPEND "${RDEPEND}" SLOT "${SLOT}" SRC_URI "${SRC_URI}" RESTRICT "${RESTRICT}" \
      HOMEPAGE "${HOMEPAGE}" LICENSE "${LICENSE}" DESCRIPTION "${DESCRIPTION}" KEYWORDS "${KEYWORDS}" \
      INHERITED "${INHERITED}" IUSE "${IUSE}" REQUIRED_USE "${REQUIRED_USE}" PDEPEND "${PDEPEND}" BDEPEND "${BDEPEND}" \
      PROPERTIES "${PROPERTIES}" IDEPEND "${IDEPEND}" EAPI "${__cooper_eapi}"
  } >&3
}

__cooper_source_ebuild() {
  EBUILD=$1 CATEGORY=$2 PN=$3 PV=$4 PR=$5 __cooper_eapi=$6
  COOPER_ECLASS_PATH=("${@:7}")
  P=${PN}-${PV}
  PVR=${PV}
  [[ ${PR} == r0 ]] || PVR+=-${PR}
  PF=${PN}-${PVR}
  EBUILD_PHASE=depend
  # These folders are not there while metadata are made, but ebuilds build paths from their names.
  local work=/var/tmp/portage/${CATEGORY}/${PF}
  WORKDIR=${work}/work T=${work}/temp DISTDIR=${work}/distdir FILESDIR=${EBUILD%/*}/files
  S=${WORKDIR}/${P}
  unset -v work
  __cooper_set_shell_options
  __cooper_set_failglob
  ((__cooper_eapi >= 7)) || unset -f ver_cut ver_rs ver_test
  set --
  source "${EBUILD}" || die "the ebuild ended with a failure (exit status $?)"
  shopt -u failglob
  [[ ${EAPI:-0} == "${__cooper_eapi}" ]] ||
    die "EAPI is '${EAPI-}' after sourcing, but the first assignment of the ebuild says '${__cooper_eapi}' (PMS 7.3.1)"
  __cooper_print_metadata
  printf 'ok\0' >&3
}

# Reads the metadata of ebuilds (PMS 7 to 10): a long-lived bash that sources each ebuild in a subshell of its own.
#
# Started by src/repository/metadata_source.cc as `bash --norc --noprofile metadata.bash` with a clean environment.
# Requests come on stdin, a line each, fields separated by the unit separator (0x1f):
#   EBUILD CATEGORY PN PV PR EAPI ECLASS-FOLDER…        (eclass folders: nearest repository first)
# or
#   print FILE                                           (texts in it are separated by NUL)
# Answers go to fd 3, records that end with NUL, words separated by one space:
#   bash MAJOR MINOR         once, at the start
#   inherit NAME OUTER       an eclass is looked for and will be sourced; OUTER is the eclass that inherits it, or ""
#   set KEY VALUE            a metadata key, as it is
#   phases NAME…             the phase functions that are defined, a line each
#   lazy FILE FUNCTION       a function that FILE leaves out was called after all (lib/lazy.bash): the answer will not do
#   die MESSAGE              the ebuild is broken
#   ok                       the ebuild was sourced to its end
#   text PROGRAM             a text of `print`, as bash understands it: printed as the body of a function
#   end STATUS               the subshell is gone; always the last record of an answer
# What ebuilds print goes to fds 1 and 2, which the other side reads beside fd 3.

umask 022
shopt -u expand_aliases
__cooper_runtime=${BASH_SOURCE[0]%/*}
exec {__cooper_requests}<&0 0</dev/null

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
source "${__cooper_runtime}/lib/lazy.bash"

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

printf 'bash %s %s\0' "${BASH_VERSINFO[0]}" "${BASH_VERSINFO[1]}" >&3
while IFS=$'\x1f' read -r -u "${__cooper_requests}" -a __cooper_fields; do
  (
    exec {__cooper_requests}<&-
    if [[ ${__cooper_fields[0]} == print ]]; then
      __cooper_print_texts "${__cooper_fields[1]}"
    else
      __cooper_source_ebuild "${__cooper_fields[@]}"
    fi
  )
  printf 'end %s\0' "$?" >&3
done

# Reads the metadata of ebuilds (PMS 7 to 10): a long-lived bash that sources each ebuild in a subshell of its own.
#
# Started by src/repository/metadata_source.cc as `bash --norc --noprofile metadata.bash` with a clean environment.
# Requests come on stdin, a line each, fields separated by the unit separator (0x1f):
#   EBUILD CATEGORY PN PV PR EAPI ECLASS-FOLDER…        (eclass folders: nearest repository first)
# Answers go to fd 3, a line each, words separated by one space:
#   bash MAJOR MINOR         once, at the start
#   inherit NAME             an eclass begins to be sourced
#   set KEY VALUE            a metadata key; white space in VALUE is normalized
#   die MESSAGE              the ebuild is broken
#   ok                       the ebuild was sourced to its end
#   end STATUS               the subshell is gone; always the last line of an answer
# What ebuilds print goes to fds 1 and 2, which the other side reads beside fd 3.

umask 022
shopt -u expand_aliases
cooper_runtime=${BASH_SOURCE[0]%/*}
exec {cooper_requests}<&0 0</dev/null

# Commands that PMS lets ebuilds and eclasses call in global scope.

# Reports a broken ebuild. It may run in a subshell of the ebuild's, so what counts is the line, not the exit status.
die() {
  builtin local message="${*:-died}" depth=0
  # The innermost place outside this file.
  while [[ ${BASH_SOURCE[depth+1]-} == "${BASH_SOURCE[0]}" ]]; do ((depth++)); done
  builtin local place=${BASH_SOURCE[depth+1]-}
  [[ -z ${place} ]] || message="${place##*/}:${BASH_LINENO[depth]}: ${message}"
  builtin printf 'die %s\n' "${message//$'\n'/ }" >&3
  builtin exit 1
}

assert() {
  builtin local status=("${PIPESTATUS[@]}") code
  for code in "${status[@]}"; do [[ ${code} -eq 0 ]] || die "$@"; done
}

nonfatal() { "$@"; }

has() {
  builtin local word=$1 other
  shift
  for other; do [[ ${other} == "${word}" ]] && return 0; done
  return 1
}
hasv() { has "$@" && builtin printf '%s\n' "$1"; }
hasq() { has "$@"; }

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

# There is no ABI yet, so this is the value that PMS gives without one.
get_libdir() { builtin printf 'lib\n'; }

# External programs must not be called in global scope; PATH is empty, so all of them arrive here. Bash runs this in a subshell.
command_not_found_handle() {
  die "the command '$1' is not available while an ebuild is being sourced"
}

# The phase-time commands that answer from the environment of a build, which is not there yet.
cooper_forbid() {
  builtin local name
  for name; do
    builtin eval "${name}() { die \"'${name}' must not be called in global scope\"; }"
  done
}
cooper_forbid use usev useq usex use_with use_enable in_iuse has_version best_version \
  econf emake einstall eapply eapply_user unpack default einstalldocs edo \
  into insinto exeinto docinto insopts diropts exeopts libopts docompress dostrip keepdir

if [[ -r ${cooper_runtime}/lib/versions.bash ]]; then
  source "${cooper_runtime}/lib/versions.bash"
fi

# inherit and EXPORT_FUNCTIONS: PMS 10.

cooper_accumulated=()   # the variables that eclasses add to
cooper_inherit_depth=0
INHERITED=
cooper_inherit_direct=

inherit() {
  builtin local cooper_eclass_name cooper_folder cooper_file
  ((++cooper_inherit_depth))
  for cooper_eclass_name; do
    cooper_file=
    for cooper_folder in "${cooper_eclass_folders[@]}"; do
      if [[ -f ${cooper_folder}/${cooper_eclass_name}.eclass ]]; then
        cooper_file=${cooper_folder}/${cooper_eclass_name}.eclass
        break
      fi
    done
    builtin printf 'inherit %s\n' "${cooper_eclass_name}" >&3
    [[ -n ${cooper_file} ]] || die "there is no eclass '${cooper_eclass_name}'"
    ((cooper_inherit_depth > 1)) || cooper_inherit_direct+=" ${cooper_eclass_name}"
    cooper_source_eclass
    [[ " ${INHERITED} " == *" ${cooper_eclass_name} "* ]] || INHERITED+="${INHERITED:+ }${cooper_eclass_name}"
  done
  ((--cooper_inherit_depth))
  return 0
}

# Sources cooper_file with the accumulated variables unset, adds what it sets to their cooper_E_ twins, and puts back what was there.
cooper_source_eclass() {
  builtin local ECLASS=${cooper_eclass_name} cooper_exported= cooper_name cooper_twin
  builtin local -A cooper_saved=()
  for cooper_name in "${cooper_accumulated[@]}"; do
    [[ -v ${cooper_name} ]] && cooper_saved[${cooper_name}]=${!cooper_name}
    builtin unset "${cooper_name}"
  done
  builtin source "${cooper_file}" || die "the eclass '${ECLASS}' could not be sourced"
  for cooper_name in "${cooper_accumulated[@]}"; do
    if [[ -v ${cooper_name} ]]; then
      cooper_twin=cooper_E_${cooper_name}
      builtin printf -v "${cooper_twin}" '%s %s' "${!cooper_twin-}" "${!cooper_name}"
    fi
    if [[ -v cooper_saved[${cooper_name}] ]]; then
      builtin printf -v "${cooper_name}" '%s' "${cooper_saved[${cooper_name}]}"
    else
      builtin unset "${cooper_name}"
    fi
  done
  for cooper_name in ${cooper_exported}; do
    builtin declare -F "${ECLASS}_${cooper_name}" >/dev/null ||
      die "EXPORT_FUNCTIONS ${cooper_name}: the eclass does not define ${ECLASS}_${cooper_name}"
    builtin eval "${cooper_name}() { ${ECLASS}_${cooper_name} \"\$@\"; }"
  done
}

EXPORT_FUNCTIONS() {
  [[ -n ${ECLASS-} ]] || die "EXPORT_FUNCTIONS is for eclasses only"
  cooper_exported+=" $*"
}

# One ebuild, in a subshell.

cooper_keys=(DEPEND RDEPEND SLOT SRC_URI RESTRICT HOMEPAGE LICENSE DESCRIPTION KEYWORDS INHERITED IUSE REQUIRED_USE
  PDEPEND BDEPEND EAPI PROPERTIES IDEPEND)
cooper_phases=(src_compile pkg_config src_configure pkg_info src_install pkg_nofetch pkg_postinst pkg_postrm pkg_preinst
  src_prepare pkg_prerm pkg_pretend pkg_setup src_test src_unpack)

cooper_print_key() {
  builtin local IFS=$' \t\n'
  builtin set -f
  builtin set -- "$1" $2
  builtin local key=$1
  shift
  [[ $# -eq 0 ]] || builtin printf 'set %s %s\n' "${key}" "$*" >&3
}

cooper_print_metadata() {
  builtin local key twin phase defined=
  if [[ ${cooper_eapi} == [0-3] && ! -v RDEPEND && -v DEPEND ]]; then RDEPEND=${DEPEND}; fi
  for key in "${cooper_accumulated[@]}"; do
    twin=cooper_E_${key}
    [[ -z ${!twin-} ]] || builtin printf -v "${key}" '%s %s' "${!key-}" "${!twin}"
  done
  for phase in "${cooper_phases[@]}"; do
    if builtin declare -F "${phase}" >/dev/null; then defined+=" ${phase#*_}"; fi
  done
  for key in "${cooper_keys[@]}"; do cooper_print_key "${key}" "${!key-}"; done
  cooper_print_key DEFINED_PHASES "${defined:--}"
  cooper_print_key INHERIT "${cooper_inherit_direct}"
}

cooper_source_ebuild() {
  cooper_eapi=$6
  EBUILD=$1 CATEGORY=$2 PN=$3 PV=$4 PR=$5
  cooper_eclass_folders=("${@:7}")
  P=${PN}-${PV}
  PVR=${PV}
  [[ ${PR} == r0 ]] || PVR+=-${PR}
  PF=${PN}-${PVR}
  EBUILD_PHASE=depend
  # PMS 11.1: folders are not there while metadata are made, but ebuilds build paths from their names.
  WORKDIR=/var/tmp/portage/${CATEGORY}/${PF}/work
  S=${WORKDIR}/${P} T=/var/tmp/portage/${CATEGORY}/${PF}/temp DISTDIR=/var/tmp/portage/${CATEGORY}/${PF}/distdir
  FILESDIR=${EBUILD%/*}/files
  cooper_accumulated=(IUSE REQUIRED_USE DEPEND RDEPEND PDEPEND)
  case ${cooper_eapi} in
    [0-5]) ;;
    *) builtin shopt -s failglob ;;
  esac
  case ${cooper_eapi} in
    [0-6]) builtin unset -f ver_cut ver_rs ver_test ;;
    7) cooper_accumulated+=(BDEPEND) ;;
    *) cooper_accumulated+=(BDEPEND IDEPEND PROPERTIES RESTRICT) ;;
  esac
  case ${cooper_eapi} in
    [0-5]) BASH_COMPAT=3.2 ;;
    [67]) BASH_COMPAT=4.2 ;;
    8) BASH_COMPAT=5.0 ;;
  esac
  [[ ${cooper_eapi} == [0-7] ]] || builtin unset -f hasv hasq
  builtin source "${EBUILD}" || die "the ebuild could not be sourced (exit status $?)"
  builtin shopt -u failglob
  IFS=$' \t\n'
  [[ ${EAPI:-0} == "${cooper_eapi}" ]] ||
    die "EAPI is '${EAPI-}' after sourcing, but the first assignment in the ebuild says '${cooper_eapi}' (PMS 7.3.1)"
  EAPI=${cooper_eapi}
  cooper_print_metadata
  builtin printf 'ok\n' >&3
}

builtin printf 'bash %s %s\n' "${BASH_VERSINFO[0]}" "${BASH_VERSINFO[1]}" >&3
while IFS=$'\x1f' read -r -u "${cooper_requests}" -a cooper_fields; do
  (
    exec {cooper_requests}<&-
    cooper_source_ebuild "${cooper_fields[@]}"
  )
  builtin printf 'end %s\n' "$?" >&3
done

# What the user sees: the einfo family (PMS 12.3.5), and the status pipe that cooper reads (runtime/README.md).

# One event: the fields as they stand, separated by tabs.
__cooper_event() {
  local IFS=$'\t'
  printf '%s\n' "$*" >&"${__cooper_status_fd}"
}

# __cooper_message KIND PREFIX TEXT…: shows TEXT, its escapes interpreted as by `echo -e`, and tells cooper of it, line by line.
__cooper_message() {
  local kind=$1 prefix=$2 text line IFS=' '
  shift 2
  printf -v text '%b' "$*"
  while IFS= read -r line; do
    printf '%s%s\n' "${prefix}" "${line}" >&2
    [[ -z ${kind} ]] || __cooper_event elog "${kind}" "${line//$'\t'/ }"
  done <<<"${text}"
}

einfo() { __cooper_message info ' * ' "$@"; }
elog() { __cooper_message log ' * ' "$@"; }
ewarn() { __cooper_message warn ' * ' "$@"; }
eqawarn() { __cooper_message qa ' * QA: ' "$@"; }
# The runtime's own, as not every EAPI has eqawarn. Takes one line as it stands.
__cooper_quality() { __cooper_message qa ' * QA: ' "${1//\\/\\\\}"; }
eerror() { __cooper_message error ' * ' "$@"; }

einfon() {
  local text IFS=' '
  printf -v text '%b' "$*"
  printf ' * %s' "${text}" >&2
}

ebegin() { __cooper_message '' ' * ' "$* ..."; }

# eend STATUS [MESSAGE…]
eend() {
  local status=${1:-0}
  (($# > 0)) && shift
  if [[ ${status} == 0 ]]; then
    printf '   [ ok ]\n' >&2
  else
    (($# > 0)) && eerror "$@"
    printf '   [ !! ]\n' >&2
  fi
  return "${status}"
}

# The debug commands (PMS 12.3.16) are no-ops here: `cooper shell` is the way to look into a build.
debug-print() { :; }
debug-print-function() { :; }
debug-print-section() { :; }

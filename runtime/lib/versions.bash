# Version manipulation and comparison: ver_cut, ver_rs, ver_test, ver_replacing (PMS 12.3.14, 3.2, 3.3).
# Loads on its own; needs a `die` only when it is called wrongly.

# Splits a version string into the array `parts` of the caller: separator 0, component 1, separator 1, component 2, …
__cooper_version_split() {
  local rest=$1
  [[ ${LC_ALL-} == C ]] || local LC_ALL=C
  [[ ${rest} =~ ^[^A-Za-z0-9]* ]]
  parts=("${BASH_REMATCH[0]}")
  rest=${rest:${#BASH_REMATCH[0]}}
  while [[ ${rest} =~ ^([0-9]+|[A-Za-z]+)([^A-Za-z0-9]*) ]]; do
    parts+=("${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}")
    rest=${rest:${#BASH_REMATCH[0]}}
  done
}

# Reads a range ("2", "2-", "2-4") into `start` and `end` of the caller; an open end is LAST.
__cooper_version_range() {
  local range=$1 last=$2
  [[ ${range} =~ ^([0-9]+)(-([0-9]*))?$ ]] || die "${FUNCNAME[1]}: '${range}' is not a range such as 2, 2- or 2-4"
  start=$((10#${BASH_REMATCH[1]}))
  if [[ -z ${BASH_REMATCH[2]} ]]; then
    end=${start}
  elif [[ -z ${BASH_REMATCH[3]} ]]; then
    end=${last}
    ((end < start)) && end=${start}
  else
    end=$((10#${BASH_REMATCH[3]}))
  fi
  ((start <= end)) || die "${FUNCNAME[1]}: the range '${range}' ends before it starts"
}

ver_cut() {
  (($# == 1 || $# == 2)) || die 'ver_cut: usage: ver_cut RANGE [VERSION]'
  local start end first IFS=
  local -a parts
  __cooper_version_split "${2:-${PV}}"
  # One past the last component, so that an open range takes the suffix with it.
  __cooper_version_range "$1" $((${#parts[@]} / 2 + 1))
  first=$((start > 0 ? 2 * start - 1 : 0))
  printf '%s\n' "${parts[*]:first:2 * end - first}"
}

ver_rs() {
  local version=${PV} start end i IFS=
  local -a parts
  if (($# % 2 == 1)); then
    version=${!#}
    set -- "${@:1:$#-1}"
  fi
  (($# >= 2)) || die 'ver_rs: usage: ver_rs RANGE REPLACEMENT… [VERSION]'
  __cooper_version_split "${version}"
  local last=$((${#parts[@]} / 2))
  while (($# > 0)); do
    __cooper_version_range "$1" "${last}"
    for ((i = start; i <= end && i <= last; ++i)); do
      # Before the first and after the last component there is a separator only where it has text.
      [[ (${i} == 0 || ${i} == "${last}") && -z ${parts[2 * i]} ]] || parts[2 * i]=$2
    done
    shift 2
  done
  printf '%s\n' "${parts[*]}"
}

# Compares two numbers of any length as integers: prints nothing, sets `order` of the caller to -1, 0 or 1.
__cooper_compare_integers() {
  local a=${1#"${1%%[!0]*}"} b=${2#"${2%%[!0]*}"}  # without leading zeros
  if ((${#a} != ${#b})); then
    order=$((${#a} < ${#b} ? -1 : 1))
  elif ((${#a} < 19)); then
    order=$((a < b ? -1 : a > b))
  else
    __cooper_compare_text "${a}" "${b}"
  fi
}

__cooper_compare_text() {
  [[ ${LC_ALL-} == C ]] || local LC_ALL=C
  if [[ $1 == "$2" ]]; then
    order=0
  elif [[ $1 < $2 ]]; then
    order=-1
  else
    order=1
  fi
}

# PMS 3.3: the numeric components, all but the first of which are compared as text where one begins with a zero.
__cooper_compare_numbers() {
  [[ $1 != "$2" ]] || return 0
  local IFS=. i
  local -a a=($1) b=($2)
  for ((i = 0; i < ${#a[@]} && i < ${#b[@]}; ++i)); do
    [[ ${a[i]} != "${b[i]}" ]] || continue
    if ((i > 0)) && [[ ${a[i]} == 0* || ${b[i]} == 0* ]]; then
      # Without trailing zeros.
      __cooper_compare_text "${a[i]%"${a[i]##*[!0]}"}" "${b[i]%"${b[i]##*[!0]}"}"
    else
      __cooper_compare_integers "${a[i]}" "${b[i]}"
    fi
    ((order == 0)) || return 0
  done
  order=$((${#a[@]} < ${#b[@]} ? -1 : ${#a[@]} > ${#b[@]}))
}

# "_rc2" → rank 4 and number 2; no suffix ranks between _rc and _p.
__cooper_suffix_rank() {
  case $1 in
    alpha*) rank=0 number=${1#alpha} ;;
    beta*) rank=1 number=${1#beta} ;;
    pre*) rank=2 number=${1#pre} ;;
    rc*) rank=3 number=${1#rc} ;;
    '') rank=4 number=0 ;;
    *) rank=5 number=${1#p} ;;
  esac
}

__cooper_compare_suffixes() {
  local IFS=_ i rank number left left_number
  local -a a=(${1#_}) b=(${2#_})
  for ((i = 0; order == 0 && (i < ${#a[@]} || i < ${#b[@]}); ++i)); do
    __cooper_suffix_rank "${a[i]}"
    left=${rank} left_number=${number}
    __cooper_suffix_rank "${b[i]}"
    if ((left != rank)); then
      order=$((left < rank ? -1 : 1))
    else
      __cooper_compare_integers "${left_number}" "${number}"
    fi
  done
}

# What follows the numbers: letter, suffixes, revision.
__cooper_compare_rests() {
  local pattern='^([a-z]?)((_(alpha|beta|pre|rc|p)[0-9]*)*)(-r([0-9]+))?$' LC_ALL=C
  [[ $1 =~ ${pattern} ]]
  local letter=${BASH_REMATCH[1]} suffixes=${BASH_REMATCH[2]} revision=${BASH_REMATCH[6]}
  [[ $2 =~ ${pattern} ]]
  local -a other=("${BASH_REMATCH[@]}")
  __cooper_compare_text "${letter}" "${other[1]}"
  ((order != 0)) || __cooper_compare_suffixes "${suffixes}" "${other[2]}"
  ((order != 0)) || __cooper_compare_integers "${revision}" "${other[6]}"
}

# NUMBERS REST of a version: whether it is one.
__cooper_is_version() {
  [[ .$1. != *..* ]] || return 1
  [[ -n $2 ]] || return 0
  [[ ${LC_ALL-} == C ]] || local LC_ALL=C
  [[ $2 =~ ^[a-z]?(_(alpha|beta|pre|rc|p)[0-9]*)*(-r[0-9]+)?$ ]]
}

# Sets `order` of the caller. Most versions are but numbers and dots, so those need no regular expression.
__cooper_compare_versions() {
  local a=${1%%[!0-9.]*} b=${2%%[!0-9.]*}
  local rest_a=${1:${#a}} rest_b=${2:${#b}}
  __cooper_is_version "${a}" "${rest_a}" || die "ver_test: '$1' is not a version"
  __cooper_is_version "${b}" "${rest_b}" || die "ver_test: '$2' is not a version"
  __cooper_compare_numbers "${a}" "${b}"
  [[ ${order} != 0 || ${rest_a} == "${rest_b}" ]] || __cooper_compare_rests "${rest_a}" "${rest_b}"
}

ver_test() {
  local order=0 left=${PVR}
  case $# in
    2) ;;
    3)
      left=$1
      shift
      ;;
    *) die 'ver_test: usage: ver_test [VERSION] OPERATOR VERSION' ;;
  esac
  # The common case at one go, as eclasses compare a lot: up to five numbers of which none begins with a zero.
  if [[ ${left}$2 != *[!0-9.]* && .${left}. != *..* && .$2. != *..* && .${left}.$2 != *.0[0-9]* &&
    ${left} != *.*.*.*.*.* && $2 != *.*.*.*.*.* && ${#left} -lt 19 && ${#2} -lt 19 ]]; then
    local IFS=.
    local -a a=(${left} -1 -1 -1 -1 -1) b=($2 -1 -1 -1 -1 -1)
    : $(((order = a[0] - b[0]) || (order = a[1] - b[1]) || (order = a[2] - b[2]) ||
      (order = a[3] - b[3]) || (order = a[4] - b[4])))
  else
    __cooper_compare_versions "${left}" "$2"
  fi
  case $1 in
    -eq) ((order == 0)) ;;
    -ne) ((order != 0)) ;;
    -lt) ((order < 0)) ;;
    -le) ((order <= 0)) ;;
    -gt) ((order > 0)) ;;
    -ge) ((order >= 0)) ;;
    *) die "ver_test: '$1' is not one of -eq -ne -lt -le -gt -ge" ;;
  esac
}

ver_replacing() {
  (($# == 2)) || die 'ver_replacing: usage: ver_replacing OPERATOR VERSION'
  local version
  for version in ${REPLACING_VERSIONS}; do
    ver_test "${version}" "$1" "$2" && return 0
  done
  return 1
}

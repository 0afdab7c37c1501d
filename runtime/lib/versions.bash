# Version manipulation and comparison: ver_cut, ver_rs, ver_test, ver_replacing (PMS 12.3.14, 3.2, 3.3).
# Loads on its own; needs a `die` only when it is called wrongly.

# Splits a version string into the array `parts` of the caller: separator 0, component 1, separator 1, component 2, …
__cooper_version_split() {
  local rest=$1 LC_ALL=C
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
  __cooper_version_split "${2-${PV}}"
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
  else
    __cooper_compare_text "${a}" "${b}"
  fi
}

__cooper_compare_text() {
  local LC_ALL=C
  if [[ $1 == "$2" ]]; then
    order=0
  elif [[ $1 < $2 ]]; then
    order=-1
  else
    order=1
  fi
}

# PMS 3.3: the numeric components after the first.
__cooper_compare_numbers() {
  local -a a b
  IFS=. read -ra a <<<"$1"
  IFS=. read -ra b <<<"$2"
  __cooper_compare_integers "${a[0]}" "${b[0]}"
  local i
  for ((i = 1; order == 0 && i < ${#a[@]} && i < ${#b[@]}; ++i)); do
    if [[ ${a[i]} == 0* || ${b[i]} == 0* ]]; then
      # As text, without trailing zeros.
      __cooper_compare_text "${a[i]%"${a[i]##*[!0]}"}" "${b[i]%"${b[i]##*[!0]}"}"
    else
      __cooper_compare_integers "${a[i]}" "${b[i]}"
    fi
  done
  ((order != 0)) || order=$((${#a[@]} < ${#b[@]} ? -1 : ${#a[@]} > ${#b[@]}))
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
  local -a a b
  IFS=_ read -ra a <<<"${1#_}"
  IFS=_ read -ra b <<<"${2#_}"
  local i rank number left left_number
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

# Sets `order` of the caller.
__cooper_compare_versions() {
  local pattern='^([0-9]+(\.[0-9]+)*)([a-z]?)((_(alpha|beta|pre|rc|p)[0-9]*)*)(-r([0-9]+))?$' LC_ALL=C
  [[ $1 =~ ${pattern} ]] || die "ver_test: '$1' is not a version"
  local numbers=${BASH_REMATCH[1]} letter=${BASH_REMATCH[3]} suffixes=${BASH_REMATCH[4]} revision=${BASH_REMATCH[8]}
  [[ $2 =~ ${pattern} ]] || die "ver_test: '$2' is not a version"
  local -a other=("${BASH_REMATCH[@]}")
  __cooper_compare_numbers "${numbers}" "${other[1]}"
  ((order != 0)) || __cooper_compare_text "${letter}" "${other[3]}"
  ((order != 0)) || __cooper_compare_suffixes "${suffixes}" "${other[4]}"
  ((order != 0)) || __cooper_compare_integers "${revision}" "${other[8]}"
}

ver_test() {
  local order=0 left operator right
  case $# in
    2) left=${PVR} operator=$1 right=$2 ;;
    3) left=$1 operator=$2 right=$3 ;;
    *) die 'ver_test: usage: ver_test [VERSION] OPERATOR VERSION' ;;
  esac
  __cooper_compare_versions "${left}" "${right}"
  case ${operator} in
    -eq) ((order == 0)) ;;
    -ne) ((order != 0)) ;;
    -lt) ((order < 0)) ;;
    -le) ((order <= 0)) ;;
    -gt) ((order > 0)) ;;
    -ge) ((order >= 0)) ;;
    *) die "ver_test: '${operator}' is not one of -eq -ne -lt -le -gt -ge" ;;
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

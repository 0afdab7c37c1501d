# Where the install commands put things (PMS 12.3.9) and what may be done to the files afterwards (PMS 12.3.11).
# The commands themselves are programs (src/helper); they read this state from the environment.

__cooper_reset_install_state() {
  export COOPER_DESTTREE=/usr COOPER_INSDESTTREE= COOPER_EXEDESTTREE= COOPER_DOCDESTTREE=
  export COOPER_INSOPTS=-m0644 COOPER_EXEOPTS=-m0755 COOPER_DIROPTS=-m0755 COOPER_LIBOPTS=-m0644
  if ((__cooper_eapi < 7)); then
    export DESTTREE=/usr INSDESTTREE=
  fi
  __cooper_compress_list=()
  __cooper_strip_list=()
}

# __cooper_set_destination VARIABLE PATH PARENT: "/" counts as "", as the paths are always joined by a slash.
__cooper_set_destination() {
  local path=${2%/} root=${ED-${D}}
  ((__cooper_eapi < 3)) && root=${D}
  export "$1=${path}"
  path=/$3/${path}
  [[ -d ${root%/}${path} ]] || COOPER_DIROPTS=-m0755 __cooper_ask dodir "${path}" || __cooper_fail "${FUNCNAME[1]}: cannot make ${path}"
}

# Portage does not count.
__cooper_one_argument() { (($2 == 1)) || __cooper_quality "$1: takes exactly one argument, got $2"; }

into() {
  __cooper_one_argument into $#
  __cooper_set_destination COOPER_DESTTREE "${1-}" ''
  ((__cooper_eapi >= 7)) || export DESTTREE=${1-}
}

insinto() {
  __cooper_one_argument insinto $#
  __cooper_set_destination COOPER_INSDESTTREE "${1-}" ''
  ((__cooper_eapi >= 7)) || export INSDESTTREE=${1-}
}

exeinto() {
  __cooper_one_argument exeinto $#
  __cooper_set_destination COOPER_EXEDESTTREE "${1-}" ''
}

docinto() {
  __cooper_one_argument docinto $#
  __cooper_set_destination COOPER_DOCDESTTREE "${1-}" "usr/share/doc/${PF}"
}

# Joined by blanks, whatever the ebuild has IFS at.
__cooper_set_options() {
  local name=$1 IFS=' '
  shift
  export "${name}=$*"
}

insopts() { __cooper_set_options COOPER_INSOPTS "$@"; }
exeopts() { __cooper_set_options COOPER_EXEOPTS "$@"; }
diropts() { __cooper_set_options COOPER_DIROPTS "$@"; }

libopts() {
  ((__cooper_eapi < 7)) || __cooper_banned
  __cooper_set_options COOPER_LIBOPTS "$@"
}

# __cooper_add_to_list ARRAY [-x] PATH…: lines "+PATH" and "-PATH".
__cooper_add_to_list() {
  [[ ${EBUILD_PHASE} == install ]] || die "${FUNCNAME[1]} may be called in src_install only"
  local -n list=$1
  local sign=+ path
  shift
  if [[ $1 == -x ]]; then
    sign=-
    shift
  fi
  (($# > 0)) || die "${FUNCNAME[1]}: no path was given"
  for path in "$@"; do
    if [[ ${path} == "${ED%/}"/* && -n ${ED} ]]; then
      __cooper_quality "${FUNCNAME[1]}: '${path}' must not start with \${ED}; ignored"
      continue
    fi
    list+=("${sign}/${path#/}")
  done
}

docompress() { __cooper_add_to_list __cooper_compress_list "$@"; }
dostrip() { __cooper_add_to_list __cooper_strip_list "$@"; }

einstalldocs() {
  local COOPER_DOCDESTTREE=
  export COOPER_DOCDESTTREE
  if [[ ${DOCS@a} == *a* ]]; then
    if ((${#DOCS[@]} > 0)); then
      dodoc -r "${DOCS[@]}" || return
    fi
  elif [[ -n ${DOCS} ]]; then
    # A scalar is a list of words and patterns.
    dodoc -r ${DOCS} || return
  elif [[ -z ${DOCS+set} ]]; then
    local file
    for file in README* ChangeLog AUTHORS NEWS TODO CHANGES THANKS BUGS FAQ CREDITS CHANGELOG; do
      if [[ -f ${file} && -s ${file} ]]; then
        dodoc "${file}" || return
      fi
    done
  fi
  COOPER_DOCDESTTREE=html
  if [[ ${HTML_DOCS@a} == *a* ]]; then
    if ((${#HTML_DOCS[@]} > 0)); then
      dodoc -r "${HTML_DOCS[@]}" || return
    fi
  elif [[ -n ${HTML_DOCS} ]]; then
    dodoc -r ${HTML_DOCS} || return
  fi
  return 0
}

# install(1): what an ebuild gives to other owners goes into the ledger. Not a program in PATH, as configure scripts would find
# that and write its path into what they install.
install() {
  case " $* " in
    *' -o'* | *' -g'* | *' --owner'* | *' --group'*) cooper-helper install "$@" ;;
    *) command install "$@" ;;
  esac
}

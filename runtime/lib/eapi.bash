# What an EAPI changes in the shell itself (PMS 6). Loads on its own, for builds and for metadata alike; reads __cooper_eapi.

__cooper_set_shell_options() {
  local version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))
  case ${__cooper_eapi} in
    [0-5]) BASH_COMPAT=3.2 ;;
    [67]) BASH_COMPAT=4.2 ;;
    8) BASH_COMPAT=5.0 ;;
    9) ((version < 503)) || BASH_COMPAT=5.3 ;;
  esac
  # What came with bash 5.2: "&" in replacements, and "." and ".." left out of what ".*" matches.
  ((__cooper_eapi >= 9 || version < 502)) || shopt -u patsub_replacement globskipdots
}

# For the time that an ebuild is being sourced: a pattern that matches nothing is an error.
__cooper_set_failglob() { ((__cooper_eapi < 6)) || shopt -s failglob; }

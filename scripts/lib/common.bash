# Shared by the scripts: where things are, and how Debian packages get installed.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=${COOPER_JOBS:-$(nproc)}
export DEBIAN_FRONTEND=noninteractive

say() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "installing packages needs root: run this as root, or install sudo"
  fi
}

# install_packages LIST…: installs what the lists name and the machine lacks, from the machine's own apt configuration.
install_packages() {
  local list name missing=()
  for list; do
    while read -r name; do
      [[ -z $name || $name == \#* ]] && continue
      [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done <"$source_dir/scripts/lib/$list"
  done
  (( ${#missing[@]} )) || return 0
  say "Installing: ${missing[*]}"
  apt_get update
  complete_interrupted_installation
  apt_get install --no-install-recommends "${missing[@]}" >/dev/null
}

# apt_get ARGUMENT…: waits while another installation runs
apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=600 "$@"; }

# apt-get refuses all work after an installation that was killed, until what it left is completed:
# journals of dpkg, packages unpacked and not configured, packages that must be unpacked again.
complete_interrupted_installation() {
  [[ -n $(dpkg --audit) || -n $(find /var/lib/dpkg/updates -name '[0-9]*' -print -quit) ]] || return 0
  say "Completing an installation that was interrupted"
  as_root dpkg --configure -a >/dev/null || true
  local halves
  mapfile -t halves < <(dpkg-query -W -f='${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinstreq //p')
  (( ${#halves[@]} == 0 )) || apt_get install --no-install-recommends --reinstall "${halves[@]}" >/dev/null
  apt_get install --fix-broken >/dev/null
}

# configure_preset PRESET: from nothing where what an earlier attempt left, with other compilers or failed, stands in the way
configure_preset() {
  (cd "$source_dir" &&
    if ! [[ -f build/$1/CMakeCache.txt ]] || ! cmake --preset "$1" >/dev/null 2>&1; then cmake --fresh --preset "$1" >/dev/null; fi)
}

# build_preset PRESET [TARGET…]
build_preset() {
  local preset=$1
  shift
  configure_preset "$preset"
  (cd "$source_dir" && cmake --build --preset "$preset" --parallel "$jobs" ${1:+--target "$@"})
}

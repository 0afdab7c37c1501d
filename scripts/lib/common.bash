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
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build_preset PRESET [TARGET…]
build_preset() {
  local preset=$1
  shift
  (cd "$source_dir" && cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" --parallel "$jobs" ${1:+--target "$@"})
}

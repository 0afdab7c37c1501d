# Shared by the end-to-end tests: a private Docker engine, assertions, cleanup. Run as root (engines need it).
set -euo pipefail

: "${COOPER:?the cooper binary}" "${COOPER_SOURCE:?the source tree}"
work=$(mktemp -d "${TMPDIR:-/tmp}/cooper-e2e.XXXXXX")
source "$(dirname "${BASH_SOURCE[0]}")/../assert.sh"
cleanups=()
cleanup() {
  local status=$? i
  for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do eval "${cleanups[i]}" || true; done
  rm -rf "$work"
  (( status == 0 )) && echo "ok: $checks checks" || echo "failed after $checks checks" >&2
  exit "$status"
}
trap cleanup EXIT

# wait_for SECONDS COMMAND…: until it succeeds
wait_for() {
  local tries=$(( $1 * 10 ))
  shift
  while ! "$@" >/dev/null 2>&1; do
    (( tries-- > 0 )) || return 1
    sleep 0.1
  done
}

# A Docker engine of our own: no bridge, no firewall rules, nothing shared with one that may run already.
start_docker() {
  export DOCKER_HOST=unix://$work/docker.sock
  dockerd --iptables=false --ip6tables=false --bridge=none --data-root "$work/docker" --exec-root "$work/docker-exec" \
    -H "$DOCKER_HOST" --pidfile "$work/docker.pid" >"$work/dockerd.log" 2>&1 &
  cleanups+=('docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1; kill "$(cat "$work/docker.pid")"; wait 2>/dev/null; umount -R "$work"/docker-exec/netns/* 2>/dev/null')
  wait_for 30 docker info || { tail -5 "$work/dockerd.log" >&2; fail "the Docker engine does not start"; }
}

# image_of SPEC → builds it, loads it into Docker; sets $image and $archive
load_image() {
  archive=$work/$1.tar
  image=$("$COOPER" build --format=json "$COOPER_SOURCE/images/$1.toml" -o "docker-archive:$archive" |
    sed -n 's/^  "name": "\(.*\)",$/\1/p; s/^  "tag": "\(.*\)",$/:\1/p' | tr -d '\n')
  docker load -q -i "$archive" >/dev/null
}

# How long a container takes to end after a signal, in whole seconds: stop_time CONTAINER SIGNAL
stop_time() {
  local start=$SECONDS
  docker kill -s "$2" "$1" >/dev/null
  timeout 20 docker wait "$1" >/dev/null || fail "container $1 does not end on $2"
  echo $((SECONDS - start))
}

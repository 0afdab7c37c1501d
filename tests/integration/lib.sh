# Shared by the integration tests: fixture repositories, running the real binary, assertions.
set -euo pipefail

: "${COOPER:?the cooper binary}" "${COOPER_SOURCE:?the source tree}"
test_name=$(basename "$0" .test)
work=$(mktemp -d "${TMPDIR:-/tmp}/cooper-test.XXXXXX")
# One store for all integration tests, so that the base root is made once; beside the binary, so that a clean checkout has none.
test_store=${COOPER_TEST_STORE:-$(dirname "$COOPER")/test-store}
unset SOURCE_DATE_EPOCH
source "$(dirname "${BASH_SOURCE[0]}")/../assert.sh"
finish() {
  local status=$?
  chmod -R u+rwx "$work" 2>/dev/null || true
  rm -rf "$work"
  (( status == 0 )) && echo "ok: $checks checks" || echo "failed after $checks checks" >&2
  exit "$status"
}
trap finish EXIT

# cooper ARGS…: runs it; sets $status, $out and $err; never ends the test.
cooper() {
  status=0
  "$COOPER" --cache-dir "$test_store" --color never "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
}

# expect WHAT STATUS [NEEDLE…]: of the last cooper: exit status, and stderr holding each needle
expect() {
  local what=$1 wanted=$2 needle
  shift 2
  [[ $status == "$wanted" ]] || fail "$what: exit status $status instead of $wanted"$'\n'"$out"$'\n'"$err"
  for needle; do
    [[ $err == *"$needle"* ]] || fail "$what: the message lacks '$needle':"$'\n'"$err"
  done
  checks=$((checks + 1 + $#))
}

# make_repository DIR: an empty repository called "fixture" whose profile is that of the bundled one
make_repository() {
  mkdir -p "$1/profiles/default" "$1/metadata" "$1/eclass"
  echo fixture >"$1/profiles/repo_name"
  echo amd64 >"$1/profiles/arch.list"
  printf 'masters =\nthin-manifests = true\nprofile-formats = portage-2\n' >"$1/metadata/layout.conf"
  : >"$1/profiles/categories"
  printf '8\n' >"$1/profiles/eapi"
  printf '8\n' >"$1/profiles/default/eapi"
  cat >"$1/profiles/default/make.defaults" <<'MD'
ARCH="amd64"
ACCEPT_KEYWORDS="amd64"
CHOST="x86_64-linux-gnu"
CBUILD="x86_64-linux-gnu"
ABI="amd64"
DEFAULT_ABI="amd64"
LIBDIR_amd64="lib"
CFLAGS="-O1"
CXXFLAGS="-O1"
USE_EXPAND="ELIBC KERNEL"
ELIBC="glibc"
KERNEL="linux"
ACCEPT_LICENSE="*"
MD
}

# add_ebuild REPOSITORY CATEGORY/NAME-VERSION <BODY: an EAPI 8 ebuild of the body, with the usual keys
add_ebuild() {
  local category=${2%%/*} pf=${2#*/} pn
  pn=$(sed -E 's/-[0-9][^-]*(-r[0-9]+)?$//' <<<"$pf")
  grep -qx "$category" "$1/profiles/categories" || echo "$category" >>"$1/profiles/categories"
  mkdir -p "$1/$category/$pn"
  {
    printf 'EAPI=8\nDESCRIPTION="fixture %s"\nHOMEPAGE="https://example.org/"\nLICENSE="metapackage"\nSLOT="0"\nKEYWORDS="amd64"\nS=${WORKDIR}\n' "$pn"
    cat
  } >"$1/$category/$pn/$pf.ebuild"
}

# make_spec FILE REPOSITORY ATOM [MORE LINES]: a spec over one fixture repository
make_spec() {
  printf 'name = "fixture"\npackages = ["%s"]\n%s\n[repositories]\nfixture = "%s"\n[profile]\nprofile = "fixture:default"\n' "$3" "${4:-}" "$2" >"$1"
}

# Runs an ebuild through runtime/ebuild.bash without a sandbox: all of /cooper and of the build folders is below $work.

helper_bin=${COOPER_HELPER_BIN:-$(dirname "$COOPER")/bin}
[[ -x $helper_bin/doins ]] || fail "there are no helpers in $helper_bin: build the target cooper-helper"

# run_ebuild EBUILD EAPI PHASE…: a fresh root in $box; sets $status, $log and $events (the status pipe). Variables for the ebuild
# come from the array `ebuild_env` (NAME=VALUE), distfiles from $distfiles, eclasses from $eclasses, USE from $use_flags.
run_ebuild() {
  local ebuild=$1 eapi=$2
  shift 2
  box=$work/box
  chmod -R u+rwx "$box" 2>/dev/null || true
  rm -rf "$box"
  mkdir -p "$box"/cooper/{ebuild/files,state} "$box"/build/{work,image,temp,homedir}
  ln -s "${eclasses:-$COOPER_SOURCE/tests/integration/pms/eclass}" "$box/cooper/eclass"
  ln -s "${distfiles:-/nonexistent}" "$box/cooper/distfiles"
  [[ ! -d ${files:-} ]] || cp -r "$files/." "$box/cooper/ebuild/files/"
  local patch
  for patch in ${user_patches:-}; do
    mkdir -p "$box/cooper/patches"
    cp "$files/$patch" "$box/cooper/patches/"
  done
  if [[ -n ${bashrc:-} ]]; then
    mkdir -p "$box/cooper/bashrc"
    printf '%s\n' "$bashrc" >"$box/cooper/bashrc/hook"
  fi
  sed "s/@EAPI@/$eapi/" "$ebuild" >"$box/cooper/ebuild/fixture-1.2.3-r1.ebuild"
  printf '%s\n' 'dev-libs/foo-1.2.3 0/12 fixture static -doc' 'dev-libs/foo-2.0-r1 2/2 fixture -static' \
    'dev-lang/python-3.11.2 3.11/3.11 fixture ssl' \
    'dev-build/automake-1.16.5 * base later' 'app-arch/xz-utils-5.4.1 * base later programs' 'sys-devel/gcc-12.2.0 * base' >"$box/cooper/state/packages"
  continue_ebuild "$eapi" "$@"
}

# The same in the box as it is.
continue_ebuild() {
  local eapi=$1 slash=
  shift
  ((eapi >= 7)) || slash=/
  status=0
  env -i PATH="$helper_bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$box/build/homedir" TMPDIR="$box/build/temp" T="$box/build/temp" \
    LC_ALL=C.UTF-8 TZ=UTC COOPER_ROOT_PREFIX="$box" COOPER_EAPI="$eapi" CATEGORY=app-test PN=fixture PV=1.2.3 PR=r1 PVR=1.2.3-r1 \
    P=fixture-1.2.3 PF=fixture-1.2.3-r1 A="${distfile_names:-}" DISTDIR="$box/cooper/distfiles" FILESDIR="$box/cooper/ebuild/files" \
    WORKDIR="$box/build/work" D="$box/build/image$slash" ED="$box/build/image$slash" ROOT="$slash" EROOT="$slash" SYSROOT= ESYSROOT= \
    BROOT= EPREFIX= USE="${use_flags:-on abi_x86_64}" COOPER_IUSE_EFFECTIVE="on off abi_x86_64 test" COOPER_RESTRICT="${restrict:-}" \
    CHOST=x86_64-pc-linux-gnu CBUILD=x86_64-pc-linux-gnu ABI=amd64 LIBDIR_amd64=lib64 MAKEOPTS=-j2 NOCOLOR=1 ARCH=amd64 \
    SOURCE_DATE_EPOCH=1700000000 COOPER_PACKAGES="$box/cooper/state/packages" ${ebuild_env[@]+"${ebuild_env[@]}"} \
    bash --norc --noprofile "$COOPER_SOURCE/runtime/ebuild.bash" "$@" 3>"$work/events" >"$work/log" 2>&1 </dev/null || status=$?
  log=$(<"$work/log") events=$(<"$work/events")
}

# image_list: "TYPE MODE PATH [-> TARGET]" of everything in the image, sorted.
image_list() {
  (cd "$box/build/image" && find . -mindepth 1 \( -type l -printf 'l %P -> %l\n' -o -printf '%y %m %P\n' \)) | LC_ALL=C sort
}

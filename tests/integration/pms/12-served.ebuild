# PMS 12.3.9: the main shell's functions and the programs of the same names do the same, whatever state they are called in
# EAPI: 7 9
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
same() { [[ $(<"${D%/}/$1") == "$2" ]] || die "$1 is not '$2'"; }
src_install() {
  mkdir -p 'a folder'
  echo one >'a folder/file'
  echo two >file
  insinto /usr/share/first
  doins file
  cd 'a folder' || die
  doins file
  same /usr/share/first/file one
  # what insopts and an exported variable say now, not what they said at first
  insinto /usr/share/second
  insopts -m0600
  doins file
  [[ $(stat -c %a "${D%/}/usr/share/second/file") == 600 ]] || die "insopts came too late"
  D=${T}/elsewhere/ ED=${T}/elsewhere/ COOPER_D=${T}/elsewhere COOPER_ED=${T}/elsewhere doins file
  [[ -f ${T}/elsewhere/usr/share/second/file ]] || die "not where D says"
  # standard input, a subshell, a program
  echo three | newins - third
  newins - fourth <<<four
  (echo five >fifth && doins fifth) || die "in a subshell"
  printf '%s\0' file | xargs -0 dodoc || die "under xargs"
  same /usr/share/second/third three
  same /usr/share/second/fourth four
  same /usr/share/second/fifth five
  # more than a pipe holds
  local -a many=()
  local i
  for ((i = 0; i < 3000; ++i)); do
    many+=("./././././././././././././././././././././././././././././././././././././././././././././file")
  done
  doins "${many[@]}"
  # a failure is told and returned
  local message
  nonfatal doins nothing 2>"${T}/message"
  [[ $? == 1 ]] || die "no status"
  message=$(<"${T}/message")
  [[ ${message} == *"cannot read 'nothing'"* ]] || die "no message: ${message}"
  nonfatal doins 2>/dev/null && die "without a file"
  doins file || die "not again"
  # what the helper makes has its modes whatever the mask is
  umask 077
  dodir /var/some/where
  [[ $(stat -c %a "${D%/}/var/some") == 755 ]] || die "the mask got through"
  # the helper that stays may go
  kill -9 "${__cooper_server}"
  while kill -0 "${__cooper_server}" 2>/dev/null; do :; done
  newins file after
  same /usr/share/second/after one
}

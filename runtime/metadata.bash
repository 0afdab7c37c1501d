# Reads the metadata of ebuilds (PMS 7 to 10): a long-lived bash that sources each ebuild in a subshell of its own.
#
# Started by src/repository/bash_worker.cc as `bash --norc --noprofile metadata.bash` with a clean environment.
# Requests come on stdin, a line each, fields separated by the unit separator (0x1f):
#   EBUILD CATEGORY PN PV PR EAPI ECLASS-FOLDER…        (eclass folders: nearest repository first)
# Answers go to fd 3, records that end with NUL, words separated by one space:
#   bash MAJOR MINOR         once, at the start
#   inherit NAME OUTER       an eclass is looked for and will be sourced; OUTER is the eclass that inherits it, or ""
#   set KEY VALUE            a metadata key, as it is
#   phases NAME…             the phase functions that are defined, a line each
#   die MESSAGE              the ebuild is broken
#   ok                       the ebuild was sourced to its end
#   end STATUS               the subshell is gone; always the last record of an answer
# What ebuilds print goes to fds 1 and 2, which the other side reads beside fd 3.

umask 022
shopt -u expand_aliases
__cooper_runtime=${BASH_SOURCE[0]%/*}
exec {__cooper_requests}<&0 0</dev/null

source "${__cooper_runtime}/lib/sourcing.bash"

printf 'bash %s %s\0' "${BASH_VERSINFO[0]}" "${BASH_VERSINFO[1]}" >&3
while IFS=$'\x1f' read -r -u "${__cooper_requests}" -a __cooper_fields; do
  (
    exec {__cooper_requests}<&-
    __cooper_source_ebuild "${__cooper_fields[@]}"
  )
  printf 'end %s\0' "$?" >&3
done

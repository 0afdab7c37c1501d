# For src/repository/lazy_eclasses.h: eclasses without the functions that global scope does not call.

# Stands in such a function. Tells that it is called after all, and goes on as if it had not been left out, so that one run
# tells of all that are called. The functions themselves are in a file beside that which defines this substitute.
__cooper_lazy() {
  printf 'lazy %s %s\0' "${BASH_SOURCE[1]}" "${FUNCNAME[1]}" >&3
  source "${BASH_SOURCE[1]%.*}.bodies" "${FUNCNAME[1]}" || exit
  "${FUNCNAME[1]}" "$@"
}

__cooper_print_texts() {
  local text
  local -a texts
  mapfile -d '' -t texts <"$1"
  for text in "${texts[@]}"; do
    eval "__cooper_text() {"$'\n'"${text}"$'\n'"}" || exit
    printf 'text '
    declare -f __cooper_text
    printf '\0'
  done >&3
}

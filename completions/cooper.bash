# bash completion for cooper

# _cooper_help COMMAND…: what cooper says of a command; nothing where there is none
_cooper_help() { "${COMP_WORDS[0]}" "$@" --help 2>/dev/null; }

# The commands below those given.
_cooper_commands() { _cooper_help "$@" | sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'; }

_cooper() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word
  local -a command=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    _cooper_commands "${command[@]}" | grep -qxF -- "$word" || { ((${#command[@]})) && break; continue; }
    command+=("$word")
  done
  case $previous in
    --cache-dir | --repository | --portage-config | --root | --distdir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
    --format)
      local forms='text json'
      [[ ${command[*]} == plan ]] && forms='tree portage json dot'
      mapfile -t COMPREPLY < <(compgen -W "$forms" -- "$current"); return ;;
    --network) mapfile -t COMPREPLY < <(compgen -W 'host none' -- "$current"); return ;;
    -o | --output) [[ ${command[*]} == init ]] || { mapfile -t COMPREPLY < <(compgen -W 'oci: oci-archive: docker-archive: dir: tar:' -- "$current"); return; } ;;
  esac
  if [[ $current == -* ]]; then
    local options
    options=$({ _cooper_help "${command[@]}"; _cooper_help; } | sed -n 's/^  \(-[^ ]*\).*/\1/p' | grep -oE -- '--?[a-z][a-z-]*' | sort -u)
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    return
  fi
  local commands
  commands=$(_cooper_commands "${command[@]}")
  if [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _cooper cooper

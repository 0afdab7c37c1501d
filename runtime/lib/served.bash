# The commands that install are programs (src/helper), so that xargs and find can call them. But starting a program takes ten times as
# long as what most of them do. So the main shell has functions of the same names, which ask a helper that stays.

__cooper_served=(dobin dosbin doins doexe doconfd doenvd doinitd doinfo doheader dodoc dolib dolib.a dolib.so newbin newsbin newins
  newexe newconfd newenvd newinitd newheader newdoc newlib.a newlib.so dodir keepdir fperms fowners dosym dohard doman newman domo dohtml)
for __cooper_name in "${__cooper_served[@]}"; do
  eval "${__cooper_name}() { __cooper_ask ${__cooper_name} \"\$@\"; }"
done
# Where cooper has started one (`cooper-helper --serve`): for builds.
__cooper_server=${COOPER_SERVER}
unset -v COOPER_SERVER

# __cooper_ask COMMAND ARGUMENT…: what src/helper/serve.h describes. A subshell, which may run beside this shell, and what reads standard
# input or another file of this shell's get the program.
__cooper_ask() {
  local -
  set +u
  local IFS=$' \t\n' argument name own_file=
  for argument in "${@:2}"; do
    case ${argument} in
      - | /dev/fd/* | /dev/std* | /proc/self/*) own_file=1 ;;
    esac
  done
  if [[ -n ${own_file} || ${BASHPID} != "$$" || -z ${__cooper_server} ]] || ! kill -0 "${__cooper_server}" 2>/dev/null; then
    command "$@"
    return
  fi
  local -a variables=()
  for name in COOPER_{STATE,SLOT,D,ED,CATEGORY,PN,PF} \
    COOPER_{DESTTREE,INSDESTTREE,EXEDESTTREE,DOCDESTTREE,INSOPTS,EXEOPTS,DIROPTS,LIBOPTS,NONFATAL} \
    D ED CATEGORY PN PF DESTTREE INSDESTTREE MOPREFIX ABI "LIBDIR_${ABI:-none}" PATH; do
    if [[ ${!name@a} == *x* ]]; then
      variables+=("${name}=${!name}")
    else
      variables+=("${name}")
    fi
  done
  # Not PWD: the folder may have been moved since, or be gone.
  local -a request=("/proc/$$/cwd" ${#variables[@]} "${variables[@]}" "$@")
  local status ends_build printed message
  # Opened for both, a FIFO does not wait for its other end, which a helper that was killed does not open any more.
  {
    printf '%s\0' ${#request[@]} "${request[@]}" >&0
  } <>"${COOPER_STATE}/helper.in"
  {
    until IFS= read -r -d '' -t 1 status; do
      kill -0 "${__cooper_server}" 2>/dev/null || break
    done
    [[ -n ${status} && ${status} != ok ]] &&
      IFS= read -r -d '' ends_build && IFS= read -r -d '' printed && IFS= read -r -d '' message
  } <>"${COOPER_STATE}/helper.out"
  case ${status} in
    ok) return 0 ;;
    '') __cooper_end "$1: the helper program ended unexpectedly" ;;
  esac
  {
    printf '%s' "${printed}"
    [[ -z ${message} ]] || printf '%s\n' "${message}"
  } >&2
  [[ ${ends_build} != 1 ]] || __cooper_end "${message}"
  return "${status}"
}

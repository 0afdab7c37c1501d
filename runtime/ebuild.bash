# Runs the phases of one ebuild: bash --norc --noprofile ebuild.bash PHASE… (runtime/README.md tells what it finds and leaves).

__cooper_runtime=${BASH_SOURCE[0]%/*}
__cooper_home=${COOPER_ROOT_PREFIX}/cooper
__cooper_finished=
export COOPER_STATE=${__cooper_home}/state

# The status pipe moves out of the way of ebuilds, which like low numbers.
if { : >&3; } 2>/dev/null; then
  exec {__cooper_status_fd}>&3 3>&-
else
  exec {__cooper_status_fd}>/dev/null
fi

for __cooper_file in messages errors eapi lists versions inherit install served build phases strip environment; do
  source "${__cooper_runtime}/lib/${__cooper_file}.bash" || exit 1
done

__cooper_note_own_functions
__cooper_install_traps
__cooper_read_eapi
__cooper_prepare_environment
__cooper_unexport
__cooper_remove_commands
__cooper_set_shell_options
__cooper_forget user-patches-applied

if [[ -n ${COOPER_ENVIRONMENT} ]]; then
  [[ -r ${COOPER_ENVIRONMENT} ]] || die "cannot read the saved environment ${COOPER_ENVIRONMENT}"
  # Functions that were read under extglob must be read so again.
  shopt -s extglob
  source "${COOPER_ENVIRONMENT}" || die "cannot load the saved environment ${COOPER_ENVIRONMENT}"
  shopt -u extglob
else
  COOPER_ECLASS_PATH=("${__cooper_home}/eclass")
  COOPER_EBUILD=${COOPER_EBUILD:-${__cooper_home}/ebuild/${PF}.ebuild}
  [[ -r ${COOPER_EBUILD} ]] || die "cannot read the ebuild ${COOPER_EBUILD}"
  __cooper_set_failglob
  source "${COOPER_EBUILD}" || die "sourcing ${COOPER_EBUILD} failed"
  shopt -u failglob
  __cooper_add_eclass_variables
fi
export COOPER_SLOT=${SLOT%/*}

for __cooper_phase in "$@"; do
  __cooper_run_phase "${__cooper_phase}"
done
if [[ " $* " == *' install '* || -n ${COOPER_SAVE_ENVIRONMENT} ]]; then
  __cooper_save_environment "${COOPER_STATE}/environment"
fi
__cooper_finished=1
__cooper_event done
exit 0

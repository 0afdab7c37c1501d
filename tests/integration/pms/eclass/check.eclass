# Assertions of the fixtures.
check() { [[ $3 == "$2" ]] || die "$1: expected '$2', got '$3'"; }
check_true() { "${@:2}" || die "$1: failed: ${*:2}"; }
check_false() { ! "${@:2}" || die "$1: did not fail: ${*:2}"; }

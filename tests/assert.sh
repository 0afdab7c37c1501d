# Assertions that all bash tests share. They count in `checks` and end the test at the first that fails.
checks=0
# What ends a test from outside is no success: bash itself would hand the exit trap the status of the last command that ended well.
trap 'exit 130' INT
trap 'exit 143' TERM

fail() { printf 'FAIL: %s\n' "$*" >&2; exit 1; }

# is WHAT EXPECTED ACTUAL
is() {
  [[ $3 == "$2" ]] || fail "$1"$'\n'"  expected: $2"$'\n'"  actual:   $3"
  checks=$((checks + 1))
}

# has WHAT NEEDLE TEXT
has() {
  [[ $3 == *"$2"* ]] || fail "$1"$'\n'"  expected to contain: $2"$'\n'"  actual: $3"
  checks=$((checks + 1))
}

# hasnt WHAT NEEDLE TEXT
hasnt() {
  [[ $3 != *"$2"* ]] || fail "$1: found $2 in: $3"
  checks=$((checks + 1))
}

# PMS 3.3, 12.3.14: ver_cut, ver_rs, ver_test, ver_replacing; comparing versions
# EAPI: 7 8 9
EAPI=@EAPI@
inherit check
check global 1.2 "$(ver_cut 1-2)"
SLOT=0
S=${WORKDIR}
cut() { check "ver_cut $1 $2" "$3" "$(ver_cut "$1" "$2")"; }
src_install() {
  cut 1 1.2.3 1; cut 1-2 1.2.3 1.2; cut 2- 1.2.3 2.3; cut 1- .1.2.3 1.2.3; cut 0-2 .1.2.3 .1.2; cut 2-3 1.2.3. 2.3
  cut 2- 1.2.3. 2.3.; cut 2-4 1.2.3. 2.3.; cut 0-2 1.2.3 1.2; cut 2-5 1.2.3 2.3; cut 4 1.2.3 ''; cut 0 1.2.3 ''; cut 4- 1.2.3 ''
  cut 1 1.2b_rc4 1; cut 3 1.2b_rc4 b; cut 2-3 1.2b_rc4 2b; cut 4-5 1.2b_rc4 rc4; cut 1-3 1.2.3b_alpha4 1.2.3; cut 4 1.2.3b_alpha4 b
  check "default" 3 "$(ver_cut 3)"
  check rs 1-2.3 "$(ver_rs 1 - 1.2.3)"; check rs 1_2_3 "$(ver_rs 1-2 _ 1.2.3)"; check rs 1-2-3 "$(ver_rs 1- - 1.2.3)"
  check rs 123 "$(ver_rs 1- '' 1.2.3)"; check rs 1-2_3 "$(ver_rs 1 - 2 _ 1.2.3)"; check rs 1.2-b "$(ver_rs 2 - 1.2b)"
  check rs .1.2 "$(ver_rs 3 - .1.2)"; check rs -1.2 "$(ver_rs 0 - .1.2)"; check rs 1.2 "$(ver_rs 0 - 1.2)"
  check rs 1.2- "$(ver_rs 2 - 1.2.)"; check rs 1.2 "$(ver_rs 2 - 1.2)"; check rs 1-2.3 "$(ver_rs 1 -)"; check rs 'a&b' "$(ver_rs 1 '&' a.b)"
  local a b
  while read -r a b; do
    check_true "${a} < ${b}" ver_test "${a}" -lt "${b}"; check_true "${b} > ${a}" ver_test "${b}" -gt "${a}"
    check_false "${a} >= ${b}" ver_test "${a}" -ge "${b}"; check_false "${a} = ${b}" ver_test "${a}" -eq "${b}"
    check_true "${a} <= ${b}" ver_test "${a}" -le "${b}"; check_true "${a} != ${b}" ver_test "${a}" -ne "${b}"
  done <<-LIST
	1 2
	1.2 1.10
	1.010 1.1
	1.1 1.10
	1.2 1.2.0
	1.2 1.2a
	1.2a 1.2b
	1.2_alpha 1.2_beta
	1.2_beta9 1.2_pre
	1.2_pre 1.2_rc1
	1.2_rc1 1.2
	1.2 1.2_p
	1.2_p 1.2_p1
	1.2_alpha 1.2_alpha1
	1.2_p1_alpha 1.2_p1
	1.2_p1 1.2_p1_p
	1.2 1.2-r1
	1.2-r9 1.2-r10
	99999999999999999999 100000000000000000000
	1.099999999999999999999 1.1
	LIST
  check_true 'r0' ver_test 1.0 -eq 1.0-r0; check_true zeros ver_test 01 -eq 1; check_true '_p0' ver_test 1_p -eq 1_p0
  check_true 'zeros after the point' ver_test 1.010 -eq 1.01
  check_true 'own version' ver_test -eq 1.2.3-r1
  if [[ ${EAPI} == 9 ]]; then
    REPLACING_VERSIONS="1.1 2.0"
    check_true replacing ver_replacing -gt 1.9; check_false replacing ver_replacing -lt 1.0
    REPLACING_VERSIONS=; check_false 'replacing nothing' ver_replacing -ge 0
  fi
}

# PMS 10.1: an eclass that is inherited again is sourced again and stands in INHERITED once
# EAPI: 5 7 8 9
EAPI=@EAPI@
inherit check
count_of_counter=0
inherit counter
inherit counter
SLOT=0
S=${WORKDIR}
check times 2 "${count_of_counter}"
check INHERITED 'check counter' "${INHERITED}"

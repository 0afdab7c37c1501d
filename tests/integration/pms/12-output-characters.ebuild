# The status pipe has a line for each event, whatever is in the text
# EAPI: 7 8
# EVENT: elog	info	a b  c
# EVENT: elog	warn	%s \ $HOME *
EAPI=@EAPI@
inherit check
SLOT=0
S=${WORKDIR}
src_install() { local IFS=:; einfo 'a\tb' ' c'; ewarn '%s \\ $HOME *'; check_false 'has' has a b c; insopts -m 0600; IFS=' '; check options '-m 0600' "${COOPER_INSOPTS}"; }

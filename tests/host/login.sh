#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# login(1) of a console, with contrib/stacks/login.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/outcomes.sh"
needs login

person alice
touch /home/alice/.hushlogin
sed -i '/^alice:/s|/bin/sh$|/usr/bin/id|' /etc/passwd
sed -i 's/^LOGIN_RETRIES.*/LOGIN_RETRIES 1/' /etc/login.defs

# Debian 12 has shadow's login, Debian 13 has util-linux's.
if login --version </dev/null 2>/dev/null | grep -q util-linux; then
	echo 'FAIL_DELAY 0' >>/etc/login.defs
	last_words=''
	refusal="FAILED LOGIN SESSION FROM pts/0 FOR alice,"
else
	last_words='Maximum number of tries exceeded (1)
'
	refusal="FAILED LOGIN (1) on '/dev/pts/0' FOR 'alice',"
fi

service=login
ident=login
name=login
who='tty=/dev/pts/0'
from=
ended_no=0

use() {
	stack login login "$@"
}
# util-linux's login leads the session of its terminal, hangs it up, and closes
# it meanwhile: a child has it open all the time, so that expect sees no end.
enter() {
	code=${1+One-time code: }
	talk 'Password: ' "$password" ${1+"$code" "$1"} -- \
	    sh -c '(trap "" HUP; exec setpriv --pdeathsig KILL sleep inf) &
		exec login alice'
}
view() {
	printf 'Password: \n%s%suid=2001(alice) gid=2001(alice) groups=2001(alice)\n' "${code:+$code
}" "${1:+$1
}"
}
view_no() {
	printf 'Password: \n%s%s
Login incorrect
%s' "${code:+$code
}" "${2:+$2
}" "$last_words"
}
logs_no() {
	echo "auth.*login: $refusal $1"
}
outcomes

finish

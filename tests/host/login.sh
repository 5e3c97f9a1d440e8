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

service=login
ident=login
name=login
who='tty=/dev/pts/0'
from=
ended_no=0

use() {
	stack login login "$@"
}
enter() {
	code=${1+One-time code: }
	talk 'Password: ' "$password" ${1+"$code" "$1"} -- login alice
}
view() {
	printf 'Password: \n%s%suid=2001(alice) gid=2001(alice) groups=2001(alice)\n' "${code:+$code
}" "${1:+$1
}"
}
view_no() {
	printf 'Password: \n%s%s
Login incorrect
Maximum number of tries exceeded (1)
' "${code:+$code
}" "${2:+$2
}"
}
logs_no() {
	echo "auth.*login: FAILED LOGIN (1) on '/dev/pts/0' FOR 'alice', $1"
}
outcomes

finish

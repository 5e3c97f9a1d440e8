#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# su(1) with contrib/stacks/su: the code is that of the account one becomes.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/outcomes.sh"
needs su setpriv

person alice
person bob
as_bob='setpriv --reuid bob --regid bob --clear-groups'

service=su
ident=su
name=su
who='tty=/dev/pts/0 ruser=bob'
from=
ended_no=1

use() {
	stack su su "$@"
}
# shellcheck disable=SC2086
enter() {
	code=${1+One-time code: }
	talk 'Password: ' "$password" ${1+"$code" "$1"} -- \
	    $as_bob su alice -c 'id -un'
}
view() {
	printf 'Password: \n%salice\n' "${code:+$code
}${1:+$1
}"
}
view_no() {
	printf 'Password: \n%ssu: %s\n' "${code:+$code
}${2:+$2
}" "$1"
}
logs_no() {
	echo 'auth\.notice su: FAILED SU (to alice) bob on pts/0'
}
outcomes

finish

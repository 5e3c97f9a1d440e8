#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# sudo(8) with contrib/stacks/sudo. sudo of Debian 12 lets no module tell the
# user anything but prompts (PAM_SILENT).

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/outcomes.sh"
needs sudo setpriv

person alice
as_alice='setpriv --reuid alice --regid alice --clear-groups'
echo 'Defaults passwd_tries=1' >/etc/sudoers
echo 'alice ALL=(ALL) ALL' >>/etc/sudoers

service=sudo
ident=sudo
name=sudo
who='tty=/dev/pts/0 ruser=alice'
from=
ended_no=1

use() {
	stack sudo sudo "$@"
}
# shellcheck disable=SC2086
enter() {
	code=${1+Code for sudo: }
	talk 'password for alice: ' "$password" ${1+"$code" "$1"} -- \
	    $as_alice sudo -k id -un
}
view() {
	printf '[sudo] password for alice: \n%sroot\n' "${code:+$code
}"
}
view_no() {
	printf '[sudo] password for alice: \n%s' "${code:+$code
}"
	case $1 in
	"$auth_err" | "$unavail") echo 'sudo: 1 incorrect password attempt' ;;
	*)
		echo "sudo: PAM authentication error: $1"
		echo 'sudo: a password is required'
		;;
	esac
}
logs_no() {
	echo 'authpriv\.[a-z]* sudo: *alice : '
}
outcomes

finish

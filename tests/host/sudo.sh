#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# sudo(8) with contrib/stacks/sudo. sudo of Debian 12 lets no module tell the
# user anything but prompts (PAM_SILENT).
# shellcheck disable=SC2086

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

# --- What only sudo has ---------------------------------------------------

# sudo_i [CODE]: a service of its own.
sudo_i() {
	talk 'password for alice: ' "$password" \
	    ${1+'Code for sudo: ' "$1"} -- $as_alice sudo -k -i id -un
	logged >"$scratch/lines"
	cat "$scratch/lines"
}
login_shell_without() {
	enrol alice
	sudo_i
	seen '[sudo] password for alice: 
root' 0 && says_no grep -q pam_otp "$scratch/lines"
}
login_shell_with() {
	stack sudo-i sudo
	sudo_i "$(code)"
	seen '[sudo] password for alice: 
Code for sudo: 
root' 0 && grep -q 'pam_otp(sudo-i:auth): result=accepted' "$scratch/lines"
}
check 'sudo__i_asks_for_no_code_by_the_lines_of_sudo_alone' login_shell_without
check 'sudo__i_asks_for_one_by_lines_of_its_own' login_shell_with

# A script hands over both, a line each.
from_stdin() {
	use
	enrol alice
	printf '%s\n%s\n' "$password" "$(code)" >"$scratch/both"
	$as_alice sudo -k -S -p '' id -un <"$scratch/both" 2>&1
}
check 'sudo__takes_password_and_code_from_standard_input' \
    eval 'from_stdin | grep -q "root$"'
check 'sudo__n_refuses_and_asks_nothing' \
    says_no $as_alice sudo -k -n id -un
no_password() {
	echo 'alice ALL=(ALL) NOPASSWD: /usr/bin/id' >/etc/sudoers.d/nopasswd
	echo '@includedir /etc/sudoers.d' >>/etc/sudoers
	same root "$($as_alice sudo -k -n id -un)"
	result=$?
	rm /etc/sudoers.d/nopasswd
	return $result
}
check 'sudo__nopasswd_asks_for_no_code' no_password

# One terminal, two commands: within timestamp_timeout the second is free.
asks_once() {
	enrol alice
	talk 'password for alice: ' "$password" 'Code for sudo: ' "$(code)" -- \
	    $as_alice sh -c 'sudo -K; sudo id -un; sudo id -un'
	seen '[sudo] password for alice: 
Code for sudo: 
root
root' 0
}
check 'sudo__asks_once_within_its_timestamp' asks_once
asks_again() {
	sed -i 's/passwd_tries=1/&, timestamp_timeout=0/' /etc/sudoers
	enrol alice
	talk 'password for alice: ' "$password" 'Code for sudo: ' "$(code)" \
	    'password for alice: ' "$password" 'Code for sudo: ' "$(code 30)" \
	    -- $as_alice sh -c 'sudo -K; sudo id -un; sudo id -un'
	seen '[sudo] password for alice: 
Code for sudo: 
root
[sudo] password for alice: 
Code for sudo: 
root' 0
}
check 'sudo__asks_each_time_without_one' asks_again

finish

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A login by ssh(1) with password and code: contrib/stacks/sshd-password.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/outcomes.sh"
. "$top_srcdir/tests/host/openssh.sh"

person alice
sshd_run sshd-password.conf </dev/null

service=sshd
ident=$sshd_ident
name=sshd_password
who='rhost=127.0.0.1'
from=', from 127.0.0.1'
ended_no=255

use() {
	stack sshd sshd-password "$@"
}
# shellcheck disable=SC2086
enter() {
	code=${1+(alice@ground) One-time code: }
	talk 'Password: ' "$password" ${1+'One-time code: ' "$1"} -- \
	    $ssh_plain alice@ground id -un
}
view() {
	printf '(alice@ground) Password: \n%salice\n' "${code:+$code
}${1:+$1
}"
}
view_no() {
	printf '(alice@ground) Password: \n%salice@ground: %s\n' "${code:+$code
}${2:+$2

}" 'Permission denied (publickey,keyboard-interactive).'
}
# sshd passes a module's last message on, and says no more.
logs_no() {
	test $# -gt 1 || echo "auth\\.err $ident: error: PAM: $1 for alice from "
}
outcomes

# --- What only this stack has ---------------------------------------------

wrong_password() {
	enrol alice
	talk 'Password: ' wrong -- $ssh_plain alice@ground id -un
	logged >"$scratch/lines"
	seen '(alice@ground) Password: 
alice@ground: Permission denied (publickey,keyboard-interactive).' 255 &&
	    our_line ''
}
unknown_user() {
	talk 'Password: ' "$password" -- $ssh_plain nobody@ground
	logged >"$scratch/lines"
	seen '(nobody@ground) Password: 
nobody@ground: Permission denied (publickey,keyboard-interactive).' 255 &&
	    our_line ''
}
check 'sshd_password__asks_nobody_for_a_code_after_a_wrong_password' \
    wrong_password
check 'sshd_password__asks_nobody_for_a_code_who_is_unknown' unknown_user

# by_key STATUS: no code is asked.
by_key() {
	talk -- $ssh_key -o PreferredAuthentications=publickey alice@ground \
	    id -un
	logged >"$scratch/lines"
	same "$1" "$status" && our_line ''
}
has_key alice
check 'sshd_password__is_no_hindrance_for_a_key' by_key 0
sed -n 's/^# \(AuthenticationMethods\)/\1/p' \
    "$top_srcdir/contrib/stacks/sshd-password.conf" >"$scratch/methods"
sshd_run sshd-password.conf <"$scratch/methods"
check 'sshd_password__can_keep_keys_out' by_key 255
check 'sshd_password__then_still_lets_a_right_code_in' right

# What happens with the method that the drop-in switches off.
echo 'PasswordAuthentication yes' >"$scratch/password"
sshd_run <"$scratch/password"
one_question() {
	enrol alice
	talk "'s password: " "$password" -- $ssh_plain alice@ground id -un
	logged >"$scratch/lines"
	seen "alice@ground's password: 
alice@ground: Permission denied (publickey,password)." 255 &&
	    our_line "notice result=refused reason=malformed user=alice $who"
}
check 'sshd_password__is_refused_by_the_method_of_one_question' one_question
sshd_run sshd-password.conf </dev/null

# A group without codes.
group_use() {
	stack sshd sshd-password-group
	enrol alice
}
group_refuses() {
	group_use
	log_in "$(wrong_code)"
	turned_away "$auth_err"
}
group_lets_in() {
	group_use
	log_in "$(code)"
	let_in
}
group_member() {
	groupadd no-code && person carol no-code && enrol carol || return 1
	talk 'Password: ' "$password" -- $ssh_plain carol@ground id -un
	logged >"$scratch/lines"
	seen '(carol@ground) Password: 
carol' 0 && our_line ''
}
group_wrong_password() {
	talk 'Password: ' wrong -- $ssh_plain carol@ground id -un
	seen '(carol@ground) Password: 
carol@ground: Permission denied (publickey,keyboard-interactive).' 255
}
check 'sshd_password_group__refuses_a_wrong_code' group_refuses
check 'sshd_password_group__lets_a_right_code_in' group_lets_in
check 'sshd_password_group__does_not_ask_a_member' group_member
check 'sshd_password_group__refuses_a_member_with_a_wrong_password' \
    group_wrong_password
check 'sshd_password_group__asks_where_there_is_no_such_group' \
    eval 'groupdel no-code; group_refuses'

# The delay is libpam's, and never shorter than 1.5 s; other tests do without.
delayed() {
	use
	echo >/etc/security/pam_otp.conf
	enrol alice
	began=$(date +%s%N)
	log_in "$(wrong_code)"
	took=$((($(date +%s%N) - began) / 1000000))
	conf
	echo "$took ms"
	turned_away "$auth_err" && test $took -ge 1400
}
check 'sshd_password__takes_its_time_to_refuse' delayed

finish

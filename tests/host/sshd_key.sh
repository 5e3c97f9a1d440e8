#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A login by ssh(1) with a key and a code: contrib/stacks/sshd-key.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/outcomes.sh"
. "$top_srcdir/tests/host/openssh.sh"

person alice
has_key alice
sshd_run sshd-key.conf </dev/null

service=sshd
ident=$sshd_ident
name=sshd_key
who='rhost=127.0.0.1'
from=', from 127.0.0.1'
ended_no=255

# Who is not asked needs somebody else to say yes, which is what sshd-key-rollout
# has more.
use() {
	case ${1-} in
	*' nullok/') stack sshd sshd-key-rollout 's/nullok_until=[0-9-]*/nullok/' ;;
	*) stack sshd sshd-key "$@" ;;
	esac
}
# shellcheck disable=SC2086
enter() {
	code=${1+(alice@ground) One-time code: }
	talk ${1+'One-time code: ' "$1"} -- \
	    $ssh_key alice@ground id -un
}
view() {
	printf '%salice\n' "${code:+$code
}${1:+$1
}"
}
view_no() {
	printf '%salice@ground: %s\n' "${code:+$code
}${2:+$2

}" 'Permission denied (keyboard-interactive).'
}
# sshd passes a module's last message on, and says no more.
logs_no() {
	test $# -gt 1 || echo "auth\\.err $ident: error: PAM: $1 for alice from "
}
outcomes

# --- What only these stacks have ------------------------------------------

no_key() {
	enrol alice
	talk -- $ssh_plain alice@ground id -un
	logged >"$scratch/lines"
	seen 'alice@ground: Permission denied (publickey).' 255 && our_line ''
}
check 'sshd_key__asks_nobody_for_a_code_without_a_key' no_key

nullok_alone() {
	person alice
	stack sshd sshd-key 's/pam_otp\.so/& nullok/'
	log_in
	turned_away 'Permission denied' &&
	    our_line "info result=ignored reason=not-enrolled user=alice $who"
}
check 'sshd_key__nullok_alone_refuses' nullok_alone

# date_in DAYS: the date that the file has is another one.
date_in() {
	day=$(date -u -d "$1 days" +%F)
	stack sshd sshd-key-rollout "s/nullok_until=.*/nullok_until=$day/"
}
rollout_before() {
	date_in +2
	log_in
	let_in "From $day on, you need a one-time code to log in here." &&
	    our_line "info result=ignored reason=not-enrolled user=alice $who"
}
rollout_enrolled() {
	enrol alice
	log_in "$(wrong_code)"
	turned_away "$auth_err"
}
rollout_after() {
	person alice
	date_in -1
	log_in 123456
	turned_away "$auth_err" &&
	    our_line "notice result=refused reason=not-enrolled user=alice $who"
}
check 'sshd_key_rollout__lets_in_by_the_key_and_tells_the_date' rollout_before
check 'sshd_key_rollout__refuses_a_wrong_code_of_who_is_enrolled' \
    rollout_enrolled
check 'sshd_key_rollout__asks_everybody_after_the_date' rollout_after

# --- Networks: 192.0.2.1 and 198.51.100.1 are this host's, too ------------

ip address add 192.0.2.1/32 dev lo
ip address add 198.51.100.1/32 dev lo

network_use() {
	stack sshd sshd-key-network
	cp "$top_srcdir/contrib/stacks/sshd-key-network.access" \
	    /etc/security/otp-networks.conf
	enrol alice
}
# come ADDRESS [CODE]
come() {
	talk ${2+'One-time code: ' "$2"} -- $ssh_key -b "$1" alice@ground id -un
	logged >"$scratch/lines"
	cat "$scratch/lines"
}
network_listed() {
	network_use
	come 192.0.2.1
	seen alice 0 && our_line ''
}
network_no_key() {
	talk -- $ssh_plain -b 192.0.2.1 alice@ground id -un
	seen 'alice@ground: Permission denied (publickey).' 255
}
elsewhere() {
	come 198.51.100.1 "$(wrong_code)"
	seen '(alice@ground) One-time code: 
alice@ground: Permission denied (keyboard-interactive).' 255 &&
	    our_line "notice result=refused reason=wrong user=alice \
rhost=198.51.100.1 failures=1"
}
elsewhere_right() {
	network_use
	come 198.51.100.1 "$(code)"
	seen '(alice@ground) One-time code: 
alice' 0
}
no_list() {
	rm /etc/security/otp-networks.conf
	enrol alice
	come 192.0.2.1 "$(wrong_code)"
	same 255 "$status" && grep -q 'reason=wrong' "$scratch/lines"
}
check 'sshd_key_network__asks_nothing_from_a_listed_network' network_listed
check 'sshd_key_network__demands_the_key_even_there' network_no_key
check 'sshd_key_network__refuses_a_wrong_code_from_elsewhere' elsewhere
check 'sshd_key_network__lets_a_right_code_in_from_elsewhere' elsewhere_right
check 'sshd_key_network__asks_everybody_without_a_list' no_list
use

# --- root -----------------------------------------------------------------

mkdir -p /root/.ssh
cp $key.pub /root/.ssh/authorized_keys

# as_root CODE
as_root() {
	talk 'One-time code: ' "$1" -- $ssh_key root@ground id -un
	logged >"$scratch/lines"
	cat "$scratch/lines"
}
root_withheld() {
	enrol root
	as_root "$(code)"
	seen '(root@ground) One-time code: 
root@ground: Permission denied (keyboard-interactive).' 255 &&
	    our_line "notice result=refused reason=withheld-by-sshd user=root \
$who"
}
root_lets_in() {
	sshd_run sshd-key.conf sshd-key-root.conf </dev/null
	as_root "$(code)"
	seen '(root@ground) One-time code: 
root' 0 && our_line "info result=accepted reason=ok user=root $who \
token=\"ground:root\" method=totp failures=0"
}
root_wrong() {
	as_root "$(wrong_code)"
	seen '(root@ground) One-time code: 
root@ground: Permission denied (keyboard-interactive).' 255
}
root_no_key() {
	talk -- $ssh_plain root@ground id -un
	seen 'root@ground: Permission denied (publickey).' 255
}
check 'sshd_key__withholds_what_root_types' root_withheld
check 'sshd_key_root__lets_a_right_code_in' root_lets_in
check 'sshd_key_root__refuses_a_wrong_code' root_wrong
check 'sshd_key_root__demands_the_key' root_no_key

finish

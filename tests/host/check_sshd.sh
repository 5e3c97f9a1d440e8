#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What 'otp-enroll check' says of sshd is what sshd itself says: of configurations
# that it refuses, of Match blocks, and of users whom it does not let in.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs jq setpriv

person alice
person carol staff
enrol alice
enrol carol
stack sshd sshd-key
config=/etc/ssh/sshd_config

# config LINE...: all of sshd's configuration.
config() {
	{
		echo 'UsePAM yes'
		printf '%s\n' "$@"
	} >$config
}
# keys LINE...: a key and a code, and these.
keys() {
	config 'PasswordAuthentication no' \
	    'AuthenticationMethods publickey,keyboard-interactive' "$@"
}
# finds STATUS IDS [USER]: what is found of sshd is this, and nothing else.
finds() {
	expected=$1
	ids=$2
	shift 2
	status=0
	otp-enroll check --json ${1:+"$1"} >/tmp/check.json || status=$?
	jq -r '.findings[] | select(.id | startswith("sshd")) |
	    "\(.level) \(.text)\n  \(.fix)"' /tmp/check.json
	same "$expected $ids" "$status $(jq -r '.findings[] |
	    select(.level != "ok" and (.id | startswith("sshd"))) | .id' \
		/tmp/check.json | sort | tr '\n' ' ' | sed 's/ $//')"
}
# tells PATTERN: some text of what was found last.
tells() {
	jq -r '.findings[] | .text, (.fix // empty)' /tmp/check.json |
	    grep -q -e "$1"
}

# --- What sshd refuses -------------------------------------------------------

keys 'UsePAMM yes'
check 'invalid__is_a_fault' finds 1 sshd-invalid
check 'invalid__quotes_sshd' tells \
    "$config: line 4: Bad configuration option: UsePAMM; $config: terminating"
invalid_for_a_user() {
	finds 1 sshd-invalid alice && sed -i '/UsePAMM/d' $config &&
	    finds 0 '' alice
}
check 'invalid__is_gone_without_the_line' invalid_for_a_user
without_keys() {
	keys
	mv /etc/ssh/ssh_host_ed25519_key /tmp/host_key
	finds 1 sshd-invalid && tells 'no hostkeys available'
	ended=$?
	mv /tmp/host_key /etc/ssh/ssh_host_ed25519_key
	return $ended
}
check 'invalid__without_host_keys' without_keys
stopped() {
	keys
	rmdir /run/sshd
	finds 0 sshd-unreadable alice && tells 'privilege separation directory'
	ended=$?
	mkdir /run/sshd
	return $ended
}
check 'unreadable__while_its_folder_is_not_made' stopped
as_alice() {
	keys 'DenyUsers alice'
	status=0
	setpriv --reuid=alice --regid=alice --clear-groups \
	    otp-enroll check --json alice >/tmp/check.json || status=$?
	cat /tmp/check.json
	same 0 "$status" && tells 'sshd tells its settings only to root' &&
	    same sshd-not-checked "$(jq -r '.findings[] |
		select(.id | startswith("sshd")) | .id' /tmp/check.json)"
}
check 'not_checked__for_ordinary_users' as_alice

# --- Users whom sshd refuses -------------------------------------------------

# refuses USER KEYWORD LINE...; lets USER LINE...
refuses() {
	who=$1
	keyword=$2
	shift 2
	keys "$@"
	finds 1 sshd-refuses "$who" &&
	    tells "^sshd refuses $who because of $keyword ($config:[4-9])"
}
lets() {
	who=$1
	shift
	keys "$@"
	finds 0 '' "$who"
}
check 'refuses__by_allow_users' refuses alice AllowUsers 'AllowUsers carol'
check 'refuses__not_who_is_allowed' lets carol 'AllowUsers carol'
check 'refuses__not_who_is_allowed_in_a_second_line' lets alice \
    'AllowUsers carol' 'AllowUsers x alice # and more'
check 'refuses__by_deny_users' refuses alice DenyUsers 'DenyUsers bob alice'
check 'refuses__by_deny_users_before_allow_users' refuses alice DenyUsers \
    'DenyUsers al*e' 'AllowUsers alice'
check 'refuses__by_pattern' refuses alice AllowUsers 'AllowUsers a*x ?alice lice'
check 'refuses__not_by_pattern' lets alice 'AllowUsers x?? *l??e*'
check 'refuses__not_who_may_come_from_elsewhere' lets alice \
    'AllowUsers alice@10.0.0.0/8'
check 'refuses__another_from_elsewhere' refuses alice AllowUsers \
    'AllowUsers carol@10.0.0.0/8'
check 'refuses__not_who_is_denied_from_elsewhere' lets alice \
    'DenyUsers alice@10.0.0.0/8'
check 'refuses__who_is_denied_from_everywhere' refuses alice DenyUsers \
    'DenyUsers alice@*'
check 'refuses__by_allow_groups' refuses alice AllowGroups 'AllowGroups staff'
check 'refuses__not_in_an_allowed_group' lets carol 'AllowGroups x st*f'
check 'refuses__by_deny_groups' refuses carol DenyGroups 'DenyGroups staff'
check 'refuses__not_in_another_group' lets alice 'DenyGroups staff'
check 'refuses__in_a_match_block' refuses alice DenyUsers 'Match User alice' \
    'DenyUsers alice'
check 'refuses__nobody_without_a_user' lets '' 'AllowUsers carol'
no_root() {
	keys 'PermitRootLogin no'
	enrol root
	finds 0 sshd-refuses root &&
	    tells "^sshd refuses root because of PermitRootLogin ($config:4)"
}
check 'refuses__root' no_root
root_from_inside() {
	keys 'PermitRootLogin no' 'Match Address 10.0.0.0/8' \
	    'PermitRootLogin yes'
	finds 0 sshd-match root && tells "^$config:6:"
}
check 'refuses__root_but_not_from_inside' root_from_inside
check 'refuses__others_from_outside_only' lets '' 'PermitRootLogin no' \
    'Match Address 10.0.0.0/8' 'PermitRootLogin yes'

# --- Match blocks ------------------------------------------------------------

# ways STATUS IDS USER LINE...: of a host that takes keys.
ways() {
	expected_status=$1
	expected_ids=$2
	who=$3
	shift 3
	keys "$@"
	finds "$expected_status" "$expected_ids" "$who"
}
for_one() {
	config 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' \
	    'Match User carol' 'KbdInteractiveAuthentication yes' \
	    'AuthenticationMethods publickey,keyboard-interactive'
	finds 0 sshd-match && tells "^$config:5:"
}
check 'match__that_makes_one_way_in_is_a_note' for_one
check 'match__for_that_user' finds 0 '' carol
check 'match__for_another_user' finds 1 sshd-no-code alice
check 'match__is_told_where' tells "($config:3)"
check 'match__user_unasked' ways 0 sshd-match '' 'Match User alice' \
    'KbdInteractiveAuthentication no'
check 'match__user_asked' ways 1 sshd-no-code alice 'Match User alice' \
    'KbdInteractiveAuthentication no'
check 'match__user_asked_is_told_where' tells "($config:5)"
check 'match__of_another_user' ways 0 '' carol 'Match User alice' \
    'KbdInteractiveAuthentication no'
check 'match__group' ways 0 sshd-key-only carol 'Match Group staff' \
    'AuthenticationMethods "publickey" publickey,keyboard-interactive'
check 'match__group_of_others' ways 0 '' alice 'Match Group staff' \
    'AuthenticationMethods publickey'
check 'match__that_does_not_matter' ways 0 '' '' 'Match Group sftp' \
    'ForceCommand internal-sftp'
check 'match__all' ways 0 '' '' 'Match all' 'PasswordAuthentication yes'
# from LOGIN CRITERION: a key alone is enough for such logins, asked or not.
from() {
	for who in '' alice; do
		ways 0 sshd-key-only "$who" "Match $2" \
		    'AuthenticationMethods publickey' &&
		    tells "without a code ($config:5, for logins $1)" ||
		    return 1
	done
}
check 'match__address' from 'from 10.0.0.0' 'Address 10.0.0.0/8'
check 'match__address_after_exceptions' from 'from 10.0.0.0' \
    'Address !10.1.0.0/16,10.0.0.0/8,fd00::/8'
check 'match__address_of_ipv6' from 'from fd00::' 'Address fd00::/8'
check 'match__host' from 'from a.example.org' 'Host *.example.org'
check 'match__local_address' from 'to 192.0.2.1' 'LocalAddress 192.0.2.1'
check 'match__local_port' from 'to 2222' 'LocalPort 2222'
check 'match__address_of_a_user_unasked' ways 0 sshd-match '' \
    'Match Address 10.0.0.0/8 User alice' 'AuthenticationMethods publickey'
check 'match__address_of_a_user' ways 0 sshd-key-only alice \
    'Match Address 10.0.0.0/8 User alice' 'AuthenticationMethods publickey'
check 'match__address_of_another_user' ways 0 '' alice \
    'Match Address 10.0.0.0/8 User carol' 'AuthenticationMethods publickey'
check 'match__that_no_login_can_be_made_for' ways 0 sshd-match alice \
    'Match Address 10.*' 'AuthenticationMethods publickey'
check 'match__by_exceptions_alone' ways 0 sshd-match alice \
    'Match Address *,!10.0.0.0/8' 'AuthenticationMethods publickey'
check 'match__that_asks_for_a_code_alone' ways 1 sshd-code-only '' \
    'Match Address 10.0.0.0/8' 'AuthenticationMethods keyboard-interactive'
check 'match__that_changes_nothing' ways 0 '' alice \
    'Match Address 10.0.0.0/8' \
    'AuthenticationMethods publickey,keyboard-interactive'
check 'match__of_this_host_alone' from 'from 127.0.0.1' 'Address 127.0.0.1'
passwords_from_inside() {
	stack sshd sshd-password
	ways 1 sshd-no-prompt alice 'Match Address 10.0.0.0/8' \
	    'AuthenticationMethods password' 'PasswordAuthentication yes' &&
	    tells "($config:5, for logins from 10.0.0.0)" &&
	    ways 0 sshd-password alice 'Match Address 10.0.0.0/8' \
		'AuthenticationMethods keyboard-interactive password' \
		'PasswordAuthentication yes'
	ended=$?
	stack sshd sshd-key
	return $ended
}
check 'match__that_sends_passwords' passwords_from_inside
way_in_from_inside() {
	config 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' \
	    'Match Address 10.0.0.0/8' 'KbdInteractiveAuthentication yes' \
	    'AuthenticationMethods publickey,keyboard-interactive'
	finds 0 sshd-match && finds 0 sshd-match alice && tells "^$config:5:"
}
check 'match__that_makes_a_way_in_from_inside' way_in_from_inside
root_alone() {
	ways 0 'sshd-key-only sshd-match' '' 'PermitRootLogin yes' \
	    'Match User root' 'AuthenticationMethods publickey' &&
	    tells "without a code ($config:6, for root)" &&
	    ways 0 sshd-match '' 'PermitRootLogin no' \
		'Match User root' 'AuthenticationMethods publickey'
}
check 'match__of_root_is_looked_at_unasked' root_alone
included() {
	mkdir -p $drop_in
	printf '%s\n' 'AuthenticationMethods publickey' >$drop_in/x.conf
	printf '%s\n' 'Match User carol' 'AuthenticationMethods publickey' \
	    'Match all' 'AuthenticationMethods publickey' >$drop_in/y.conf
	ways 0 sshd-key-only alice 'Match Address 10.0.0.0/8' \
	    "Include $drop_in/x.conf" &&
	    tells "($drop_in/x.conf:1, for" &&
	    ways 0 sshd-key-only alice 'Match Address 10.0.0.0/8' \
		"Include $drop_in/y.conf" &&
	    tells "($drop_in/y.conf:[24], for"
	ended=$?
	rm $drop_in/*
	return $ended
}
check 'match__with_files_included' included
unattended() {
	keys
	finds 0 '' alice && tells 'unattended programs (BatchMode)' &&
	    config 'PasswordAuthentication no' \
		'AuthenticationMethods publickey keyboard-interactive,publickey' &&
	    finds 0 sshd-key-only alice && says_no tells BatchMode
}
check 'unattended__programs_cannot_answer' unattended

# --- Time to enroll --------------------------------------------------------

grace() {
	stack sshd sshd-key 's/pam_otp.so/& enroll=invited/'
	keys
	finds 0 sshd-grace alice &&
	    tells "Write 'LoginGraceTime 5m' there" || return 1
	for short in 3m59s 239 1m; do
		keys "LoginGraceTime $short"
		finds 0 sshd-grace alice || return 1
	done
	for long in 5m 4m 240 1h 0; do
		keys "LoginGraceTime $long"
		finds 0 '' alice || return 1
	done
	stack sshd sshd-key
	keys
	finds 0 '' alice
}
check 'grace__is_long_enough_to_enroll' grace

# --- Agents, beside keys that are known --------------------------------------

agents() {
	stack sshd sshd-key-remember 's/key+host/key/'
	keys
	finds 0 sshd-agent alice && tells "knows them ($config)\.$" &&
	    tells "write 'AllowAgentForwarding no' there" || return 1
	keys 'AllowAgentForwarding yes'
	finds 0 sshd-agent && tells "knows them ($config:4)\.$" || return 1
	keys 'AllowAgentForwarding no'
	finds 0 '' alice || return 1
	keys 'DisableForwarding yes'
	finds 0 '' alice
}
check 'agents__that_come_here_are_noted_where_keys_are_known' agents
agents_of_a_user() {
	keys 'Match User alice' 'AllowAgentForwarding no'
	finds 0 '' alice && finds 0 sshd-agent carol &&
	    tells "knows them ($config"
}
check 'agents__are_those_of_the_user' agents_of_a_user
agents_elsewhere() {
	stack sshd sshd-key-remember
	keys
	finds 0 '' alice && stack sshd sshd-key && finds 0 '' alice
}
check 'agents__are_not_noted_elsewhere' agents_elsewhere

finish

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A login from a new device to a fleet: a code is sent to the registered address,
# works once and for minutes, and makes the device known to every host; the owner
# learns of a code that they did not give. And a user who just gave a code on a
# host is not asked again there.

. "$(dirname "$0")/hosts.sh"
needs socat ssh-keygen
hosts_begin && posts_begin && served_start || exit 99

# comes_with NAME: the logins that follow are from a device with this key.
comes_with() {
	test -e "/tmp/$1.pub" || ssh-keygen -q -t ed25519 -N '' -f "/tmp/$1"
	SSH_AUTH_INFO="publickey $(cut -d ' ' -f 1,2 "/tmp/$1.pub")"
	export SSH_AUTH_INFO
}
RHOST=203.0.113.5 ASKED=yes
export RHOST ASKED

# afresh NAME: with a token, and an address.
afresh() {
	person "$1"
	otp-enroll remove "$1" --purge >/dev/null 2>&1
	enrol "$1" && otp-enroll address "$1" --add="$1@example.org" --no-confirm
}

# --- A code by mail, from a new device ---------------------------------------

line sshd remember=key deliver=yes notify
by_mail() {
	afresh alice || return 1
	comes_with laptop
	forget_sent
	on one sshd alice '!/tmp/answer one' &&
	    shown 'reason=ok .* method=mail device=SHA256:' &&
	    shown 'This device will not be asked for a code for 14 days\.' &&
	    await grep -q '^to=mailto:alice@example.org$' /tmp/sent.one &&
	    sent=$(/tmp/newest one)
}
check 'code__comes_by_mail_to_a_new_device' by_mail
new_device_told() {
	await grep -q '^kind=notice$' /tmp/sent.one &&
	    grep 'device' /tmp/sent.one
}
check 'owner__is_told_of_a_new_device' new_device_told

# asks HOST: a code is asked for, and none is let in without it.
asks() {
	says_no on "$1" sshd alice "$(wrong_code)" && shown 'asked:' &&
	    shown 'reason=wrong'
}
# is_known HOST: and nothing is asked, or sent.
is_known() {
	forget_sent
	on "$1" sshd alice 12345678 &&
	    shown 'result=accepted reason=known-device .* method=device' &&
	    says_no shown 'asked:' && sent_nothing
}
known() {
	is_known two && is_known one
}
check 'device__is_known_on_all_hosts' known
listed() {
	otp-enroll devices alice | grep '^1  remembered '
}
check 'device__is_listed_by_the_tool' listed
other_device() {
	comes_with phone
	says_no on two sshd alice "$sent" && shown 'reason=replay' &&
	    says_no on one sshd alice "$sent" && shown 'reason=replay'
}
check 'code__that_was_sent_works_once_on_all_hosts' other_device
# A program of the user states nothing, and what it gives makes nothing known.
as_alice() {
	setpriv --reuid alice --regid alice --clear-groups --reset-env \
	    env ASKED=yes SSH_AUTH_INFO="$SSH_AUTH_INFO" "$scratch/login" \
	    /tmp/one.d sshd alice "$1" >/tmp/shown 2>&1
}
claims() {
	comes_with laptop
	says_no as_alice "$(wrong_code)" && shown 'asked:' &&
	    shown 'reason=wrong' || return 1
	comes_with tablet
	as_alice "$(code)" && says_no shown 'will not be asked' && asks one
}
check 'device__is_not_claimed_by_a_program_of_the_user' claims
suspects() {
	comes_with laptop
	asks two && asks one && on two sshd alice "$(code 30)" && is_known one
}
check 'device__is_asked_on_all_hosts_after_a_wrong_code' suspects
forgets() {
	otp-enroll devices alice --forget=all && asks one && asks two
}
check 'device__that_was_forgotten_is_asked_on_all_hosts' forgets

# --- What the owner and the user learn ---------------------------------------

# Whoever comes from elsewhere has the key, and guesses the code.
guesses() {
	afresh bob && comes_with bob && on one sshd bob "$(code)" || return 1
	forget_sent
	comes_with bobs_thief
	(RHOST=198.51.100.7; says_no on two sshd bob "$(wrong_code)") &&
	    await grep -q '^kind=notice$' /tmp/sent.two &&
	    grep '^to=mailto:bob@example.org$' /tmp/sent.two &&
	    grep '198\.51\.100\.7' /tmp/sent.two &&
	    logged 'result=sent reason=ok user=bob .* notice=wrong-code'
}
check 'owner__is_told_of_a_wrong_code_after_the_first_factor' guesses
# news HOST USER CODE: whether USER is told of a wrong code in that login.
news() {
	on "$1" plain "$2" "$3" && shown '1 wrong code since your last login'
}
once() {
	line plain
	afresh carol && on one plain carol "$(code)" || return 1
	says_no on two plain carol "$(wrong_code)"
	news one carol "$(code 30)" || return 1
	# shellcheck disable=SC2086
	set -- $recovery
	says_no news two carol "$1" && shown 'reason=ok'
}
check 'user__is_told_once_of_wrong_codes' once

# --- A code that was given a moment ago --------------------------------------

line sudo fresh_for=5m
# sudo_on HOST CALLER: for dave's account, by a caller who has no code.
sudo_on() (
	unset RHOST SSH_AUTH_INFO
	export RUSER="$2"
	on "$1" sudo dave ''
)
fresh() {
	afresh dave && comes_with laptop || return 1
	says_no sudo_on one dave && on one sshd dave "$(code)" || return 1
	sudo_on one dave && shown 'reason=fresh-login .* method=earlier-code' &&
	    says_no shown 'asked:' && says_no sudo_on two dave && shown 'asked:'
}
check 'code__is_fresh_on_the_host_where_it_was_given' fresh
not_mine() {
	says_no sudo_on one carol && shown 'asked:' && sudo_on one dave
}
check 'code__is_fresh_for_its_owner_alone' not_mine
stale() {
	says_no on two plain dave "$(wrong_code)" && says_no sudo_on one dave &&
	    shown 'asked:'
}
check 'code__is_fresh_until_a_wrong_one_on_any_host' stale

# --- Minutes and weeks later -------------------------------------------------

# later SECONDS: for both hosts and the server.
later() {
	served_end
	server_stop one && clock "$1" && server_start one && served_start
}
across() {
	afresh erin && comes_with laptop || return 1
	forget_sent
	says_no on one sshd erin send && sent=$(/tmp/newest one) &&
	    later 240 && on two sshd erin "$sent" && shown 'method=mail'
}
check 'code__that_one_host_sent_works_minutes_later_on_another' across
expires() {
	afresh frank && comes_with laptop || return 1
	forget_sent
	says_no on one sshd frank send && sent=$(/tmp/newest one) &&
	    later 560 && says_no on one sshd frank "$sent" &&
	    shown 'reason=wrong' && says_no on two sshd frank "$sent"
}
check 'code__that_was_sent_expires_on_all_hosts' expires
weeks() {
	afresh grace && comes_with laptop && on one sshd grace "$(code)" &&
	    later $((560 + 13 * 86400)) && on two sshd grace 12345678 &&
	    shown 'This device will be asked for a code again in [0-9]+ hours\.' &&
	    later $((560 + 15 * 86400)) && says_no on two sshd grace 12345678 &&
	    shown 'asked:'
}
check 'device__is_asked_again_after_its_time' weeks

served_end
finish

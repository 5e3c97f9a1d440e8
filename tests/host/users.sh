#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll of ordinary users, who ask pam_otpd about their own account.
# shellcheck disable=SC2086

. "$(dirname "$0")/ground.sh"
daemon=$top_builddir/pam_otpd/pam_otpd
needs setpriv jq python3 "$daemon"

person alice
person bob
as_alice='setpriv --reuid alice --regid alice --clear-groups'

unserve() {
	otpd_end
	rm -rf /run/pam_otp
}

# says STATUS PATTERN ARGUMENT...: alice's tool ends so, and prints that. What it
# asks for is in $typed.
typed=
says() {
	says_status=$1
	says_pattern=$2
	shift 2
	printf '%s\n' "$typed" | $as_alice otp-enroll "$@" >"$scratch/said_to" \
	    2>&1
	got=$?
	cat "$scratch/said_to"
	echo "status $got"
	test $got -eq "$says_status" && grep -q -e "$says_pattern" "$scratch/said_to"
}

enrol alice
check 'users__without_a_daemon_are_told_what_to_do' \
    says 1 "pam_otpd does not answer.*pam_otpd-user\.socket" status
check 'users__daemon_serves' otpd_start

# --- status ---
check 'status__of_oneself' says 0 '^alice: enrolled$' status
check 'status__of_oneself_by_name' says 0 '^alice: enrolled$' status alice
check 'status__is_refused_of_others' \
    says 1 'belongs to root: ask an administrator' status bob
check 'status__is_refused_of_all' \
    says 1 'belongs to root: ask an administrator' status --all
same_as_roots() {
	otp-enroll status --json alice | jq -S . >/tmp/roots
	$as_alice otp-enroll status --json | jq -S . >/tmp/own
	jq -e '.tokens | length > 0' /tmp/own && diff -u /tmp/roots /tmp/own
}
check 'status__is_as_root_sees_it' same_as_roots
otp-enroll new alice --add --hotp --label=second --no-confirm --print \
    --qr=none >/dev/null 2>&1
otp-enroll address alice --add=alice@example.org --no-confirm >/dev/null 2>&1
second() {
	same_as_roots && says 0 '"second"' status &&
	    says 0 '1  mail  a' status &&
	    says_no grep -q alice@example.org "$scratch/said_to"
}
check 'status__has_each_token_and_address' second
no_secret() {
	$as_alice otp-enroll status --json >/tmp/own
	says_no grep -qi "$secret" /tmp/own
}
check 'status__has_no_secret' no_secret

# --- verify ---
enrol alice
typed=$(wrong_code)
check 'verify__is_a_try' says 1 '^This was counted as a wrong code\.$' verify
counted() {
	otp-enroll status --json alice |
	    jq -e '.other_callers.failures.in_a_row == 1 and
		.failures.in_a_row == 0'
}
check 'verify__counts_for_other_callers' counted
typed=$(code)
check 'verify__accepts_a_code' says 0 '^Correct: a code of "' verify
check 'verify__uses_it' says 1 '^Correct, but already used\.' verify
check 'verify__has_no_token' \
    says 1 'belongs to root: ask an administrator' verify --token=1
typed=123
check 'verify__says_what_is_no_code' says 1 '^A code has 6 to 8 digits\.$' verify
typed=${recovery%% *}
check 'verify__uses_a_recovery_code' says 0 'an unused recovery code' verify
otp-enroll suspend alice >/dev/null
typed=$(code)
check 'verify__of_the_suspended' \
    says 1 '^The account is suspended' verify
otp-enroll resume alice >/dev/null
enrol alice
conf 'delay_after = 1' 'lock_after = 20'
typed=$(wrong_code)
says 1 . verify >/dev/null
says 1 . verify >/dev/null
blocked() {
	typed=$(code)
	says 1 '^Your own programs, such as screen lockers, are blocked after wrong codes: ' verify &&
	    says_no grep -q Correct "$scratch/said_to"
}
check 'verify__of_the_blocked' blocked
conf
forget_files alice
typed=123456
check 'verify__of_who_is_not_enrolled' says 3 '^.*alice is not enrolled\.$' verify
check 'status__of_who_is_not_enrolled' says 3 'alice is not enrolled\.$' status
check 'devices__of_who_is_not_enrolled' says 3 'alice is not enrolled\.$' devices

# --- devices ---
enrol alice
mkdir /tmp/pam.d
echo 'auth required pam_otp.so remember=key' |
    tee /tmp/pam.d/test >/tmp/pam.d/other
from() {
	blob=$(printf '\000\000\000\013ssh-ed25519\000\000\000\040%032d' "$1" |
	    base64 -w 0)
	SSH_AUTH_INFO="publickey ssh-ed25519 $blob" \
	    "$top_builddir/tests/lib/login" /tmp/pam.d test alice "$2"
}
# Its limits begin anew.
unserve
otpd_start
check 'devices__none' says 0 '^alice has no known devices\.$' devices
from 1 "$(code)" >/dev/null
from 2 "$(code 30)" >/dev/null
listed() {
	says 0 '^2  remembered just now, asked again in 1[34] d$' devices &&
	    same "$(otp-enroll devices alice)" "$(cat "$scratch/said_to")"
}
check 'devices__are_listed' listed
check 'devices__are_numbered' says 2 'no known device "3"' devices --forget=3
logged >/dev/null
check 'devices__one_is_forgotten' \
    says 0 '^alice: 1 device is asked' devices --forget=2
by_the_daemon() {
	logged 'action=devices-forgotten' >/tmp/lines
	cat /tmp/lines
	same 1 "$(wc -l </tmp/lines)" &&
	    grep -q 'pam_otpd: action=devices-forgotten user=alice .* socket=user' \
		/tmp/lines
}
check 'devices__the_daemon_logs_that' by_the_daemon
check 'devices__all_are_forgotten' \
    says 0 '^alice: 1 device is asked' devices --forget=all
often() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		says 0 . devices --forget=all || break
	done
	says 1 'You have asked pam_otpd too often\. Wait a minute\.$' \
	    devices --forget=all
}
check 'devices__not_too_often' often

# --- resync ---
unserve
otpd_start
enrol alice --hotp
typed="$(hotp 300)
$(hotp 301)"
check 'resync__of_ones_own_token' \
    says 0 'is synchronised again\.$' resync
check 'resync__the_daemon_logs_that' logged \
    'pam_otpd: action=resynchronised user=alice .* socket=user'
typed=$(hotp 302)
check 'resync__the_next_code_is_right' says 0 '^Correct: ' verify
typed="$(hotp 300)
$(hotp 301)"
check 'resync__never_back' says 1 'not two consecutive codes' resync
check 'resync__which_token' says 2 'There is no HOTP token "2"' resync --token=2
enrol alice
check 'resync__of_no_hotp_token' says 1 'There is no HOTP token\.$' resync
forget_files alice
check 'resync__of_who_is_not_enrolled' says 3 'alice is not enrolled' resync

# --- new, recovery and remove ---
enrol_nobody() {
	unserve # Its limits begin anew.
	conf "$@"
	otpd_start
	forget_files alice
}
# dialogue STATUS PATTERN ANSWERS ARGUMENT...: as says, with a terminal's answers:
# "new" is a code of the secret that is shown, "old" one of the token that alice
# has, "wrong" a wrong one, "halt" stops pam_otpd, anything else is typed.
dialogue() {
	dialogue_status=$1
	dialogue_pattern=$2
	dialogue_answers=$3
	shift 3
	case $1 in
	address) ;;
	*) set -- "$@" --print ;;
	esac
	: >"$scratch/said_to"
	got=0
	{
		for answer in $dialogue_answers; do
			sleep 0.3
			case $answer in
			new) shown_code ;;
			late) shown_code 600 ;;
			old) code ;;
			wrong) wrong_code ;;
			halt) kill -STOP "$served" ;;
			message) message_code ;;
			*) echo "$answer" ;;
			esac
		done
	} | $as_alice otp-enroll "$@" >"$scratch/said_to" 2>&1 || got=$?
	cat "$scratch/said_to"
	echo "status $got"
	test $got -eq "$dialogue_status" &&
	    grep -q -e "$dialogue_pattern" "$scratch/said_to"
}
key() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q '^  Key ' "$scratch/said_to" && break
		sleep 0.1
	done
	sed -n 's/^  Key *//p' "$scratch/said_to" | tr -d ' '
}
# What the app shows, some seconds from now.
shown_code() {
	oathtool --totp -b --now "@$(($(date +%s) + ${1:-0}))" "$(key)"
}
# The token that was set up is now what `code' shows.
take_over() {
	secret=$(key)
	recovery=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$scratch/said_to" |
	    tr '\n' ' ')
	test -n "$secret"
}
# tries_left NUMBER...: what was said after each wrong code.
tries_left() {
	same "$(for left; do echo "$left left"; done)" \
	    "$(sed -nE 's/.*([12]) (try|tries) (left)\.$/\1 \3/p' \
		"$scratch/said_to")"
}
codes_shown() {
	same "${1:-10}" "$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' \
	    "$scratch/said_to" | wc -l)"
}
# Nothing that was shown is in the log, and it is alice's.
nothing_logged() {
	logged . >/tmp/lines
	cat /tmp/lines
	says_no grep -q "$(key)" /tmp/lines &&
	    says_no grep -qE '([0-9A-Z]{4}-){5}' /tmp/lines &&
	    grep -q "pam_otpd: action=$1 user=alice .* socket=user" /tmp/lines
}

enrol_nobody
check 'new__where_users_may_not' dialogue 1 \
    '^otp-enroll: On this host, users cannot enroll themselves\.' '' new
enrol_nobody 'self_enroll = yes'
check 'new__nothing_before_a_code' dialogue 1 \
    'Nothing changed: alice is not enrolled' 'late 12 late' new
check 'new__left_nothing' says 3 'alice is not enrolled' status
logged >/dev/null
first() {
	dialogue 0 '^alice is set up\. From now on' 'late new' new &&
	    codes_shown && nothing_logged enrolled && take_over
}
check 'new__from_nothing' first
check 'new__status_is_enrolled' says 0 '^alice: enrolled$' status
typed=${recovery%% *}
check 'new__recovery_code_works' says 0 'an unused recovery code' verify
check 'new__of_who_is_enrolled' dialogue 4 \
    'alice is already enrolled\. Use --add' '' new
as_root() { otp-enroll status --json alice | jq -e "$1"; }
check 'new__parameters_are_the_hosts' \
    says 1 'belongs to root: ask an administrator' new --digits=8 --print
check 'new__is_of_oneself' \
    says 1 'belongs to root: ask an administrator' new --print bob

# Like letters: one that is typed, and one that it replaced.
invite() {
	invitation=$(otp-enroll invite alice --print "$@" |
	    grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}')
}
enrol_nobody 'self_enroll = invited'
check 'new__of_who_is_not_invited' dialogue 1 \
    '^otp-enroll: On this host, users need an invitation to enroll' '' new
invite
cp -p /var/lib/pam_otp/seed/alice "$scratch/invited"
otp-enroll remove alice >/dev/null
cp -p "$scratch/invited" /var/lib/pam_otp/seed/alice
check 'new__of_whose_invitation_was_cancelled' dialogue 1 \
    '^otp-enroll: Your invitation has expired or was used\.' '' new
check 'status__of_who_is_invited' says 3 '^Invitation *used$' status
invite
other=$invitation
invite
check 'new__with_no_invitation' dialogue 1 'An invitation has 24 characters\.' \
    'new 123456' new
check 'new__with_another_invitation' dialogue 1 'That invitation does not match\.' \
    "new $other" new
check 'new__leaves_the_invitation' as_root '.invitation.active and (.enrolled | not)'
logged >/dev/null
with_an_invitation() {
	dialogue 0 '^alice is set up\. From now on' \
	    "late new $other $invitation" new && codes_shown &&
	    grep -q '^Now enter your invitation\.$' "$scratch/said_to" &&
	    says_no grep -q 'a token that you already have' "$scratch/said_to" &&
	    nothing_logged enrolled && grep -q method=invitation /tmp/lines &&
	    take_over
}
check 'new__with_an_invitation' with_an_invitation
typed=$invitation
check 'new__its_invitation_is_used' says 1 . verify
invite --replace
check 'new__replaces_with_an_invitation' dialogue 0 'set up anew' \
    "new $invitation" new --replace
check 'new__replaces_with_it_once' as_root '.invitation == null and
	(.tokens | length == 1)'
enrol_nobody 'self_enroll = yes'
enrol alice
invite --replace
check 'new__takes_no_invitation_where_it_may_not' dialogue 1 \
    'That is an invitation, which is not accepted here\.' \
    "new $invitation" new --replace

enrol_nobody 'self_enroll = yes'
enrol alice
check 'new__replaces_nothing_without_a_code' dialogue 1 \
    'Nothing changed\. Your existing setup' 'new wrong' new --replace
check 'new__wrong_one_was_charged' as_root '.other_callers.failures.in_a_row == 1 and
	.failures.in_a_row == 0'
check 'new__still_old' as_root ".tokens[0].label | test(\"alice\")"
logged >/dev/null
replaced() {
	dialogue 0 'set up anew' 'new wrong old' new --replace &&
	    tries_left 2 && codes_shown && nothing_logged replaced && take_over
}
check 'new__replaces_after_a_code' replaced
enrol alice
rescued() {
	dialogue 0 'set up anew' "new ${recovery%% *}" new --replace && take_over
}
check 'new__replaces_after_a_recovery_code' rescued
# The daemon has the request, and may do it later.
unheard() {
	dialogue 1 'not known whether this was done' 'new halt old' new --replace
	heard=$?
	kill -CONT "$served"
	test $heard = 0 && says_no grep -q 'Nothing changed' "$scratch/said_to"
}
enrol_nobody
enrol alice
check 'new__without_an_answer_is_not_known' unheard
enrol_nobody 'self_enroll = yes'
enrol alice
otp-enroll suspend alice >/dev/null
check 'new__not_of_the_suspended' dialogue 1 'suspended' '' new --replace
check 'recovery__not_of_the_suspended' dialogue 1 'suspended' '' recovery
otp-enroll resume alice >/dev/null

enrol_nobody
enrol alice
added() {
	dialogue 0 'now has another token' 'new old' new --add && codes_shown 0 &&
	    as_root '.tokens | length == 2'
}
check 'new__adds_a_token' added
typed=
check 'remove__says_which' says 2 'The last one cannot be removed' remove
typed=$(code 30)
removed() {
	says 0 '^Removed the token' remove --token=2 --yes &&
	    as_root '.tokens | length == 1'
}
check 'remove__of_one_of_two' removed
check 'remove__not_the_last_one' \
    says 1 'can be replaced, not removed' remove --token=1 --yes
typed=$(wrong_code)
check 'recovery__not_without_a_code' dialogue 1 \
    'are the same as before' wrong recovery --yes
check 'recovery__says_how_many_tries_are_left' tries_left 2
renewed() {
	dialogue 0 'old codes no longer work' "${recovery%% *}" recovery --yes &&
	    codes_shown
}
check 'recovery__after_a_recovery_code' renewed
typed=$(printf '%s\n' $recovery | tail -n 1)
check 'recovery__old_ones_are_gone' says 1 . verify

# Root's tool makes a change while alice is asked.
raced() {
	enrol alice
	{
		sleep 0.5
		otp-enroll new alice --add --hotp --label=roots --no-confirm \
		    --print --qr=none >/dev/null 2>&1
		code
	} | $as_alice otp-enroll recovery --print --yes >"$scratch/said_to" 2>&1
	cat "$scratch/said_to"
	grep -q 'in the meantime' "$scratch/said_to" &&
	    codes_shown 0 && as_root '.tokens | length == 2' &&
	    typed=$(code) && says 0 '^Correct: ' verify
}
check 'recovery__is_bound_to_what_was_seen' raced
limited() {
	enrol_nobody
	enrol alice
	for i in 1 2 3; do
		recovery=$(printf '%s\n' $recovery | tail -n +2)
		dialogue 0 . "new $(printf '%s\n' $recovery | head -n 1)" \
		    new --add || return 1
	done
	dialogue 1 . "new $(printf '%s\n' $recovery | tail -n 1)" new --add &&
	    says_too_many && as_root '.tokens | length == 4'
}
says_too_many() {
	tr '\n' ' ' <"$scratch/said_to" | grep -q \
	    'Too many attempts to set up a token or an address\. Try again in an hour\.'
}
check 'new__three_an_hour' limited
# The first step of an address is one of them.
typed=
limited_address() {
	dialogue 1 . "$(printf '%s\n' $recovery | tail -n 1)" \
	    address --add=alice@example.org && says_too_many
}
check 'address__is_counted_with_tokens' limited_address

# --- address ---
# Takes the messages, one file each, as otp-deliver's socket does.
post_start() {
	rm -rf /tmp/post
	mkdir /tmp/post
	python3 - <<'END_OF_TAKER' &
import os, socket
s = socket.socket(socket.AF_UNIX)
s.bind("/run/pam_otp/deliver")
s.listen(8)
n = 0
while True:
    c = s.accept()[0]
    with open("/tmp/post/.new", "wb") as f:
        while data := c.recv(4096):
            f.write(data)
    os.rename("/tmp/post/.new", "/tmp/post/%d" % n)
    n += 1
END_OF_TAKER
	taker=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		test -S /run/pam_otp/deliver && return
		sleep 0.1
	done
	return 1
}
post_end() {
	kill $taker
	wait $taker
	rm -f /run/pam_otp/deliver
}
# The code of the last message to be sent, once it is there.
message_code() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q 'Code from message' "$scratch/said_to" && break
		sleep 0.1
	done
	last=$(find /tmp/post -name '[0-9]*' | sort | tail -n 1)
	sed -n 's/ is your code for message .*//p' "$last"
}
# The limits of the daemon and of what is sent begin anew.
address_again() {
	enrol_nobody
	post_start
	enrol alice
	logged >/dev/null
}

address_again
typed=
check 'address__none' says 0 '^alice has no addresses\.$' address
address_added() {
	dialogue 0 '^Codes of alice can be sent to a\*\*\*@example\.org\.$' \
	    'old message' address --add=alice@example.org &&
	    as_root '.addresses | length == 1'
}
check 'address__is_added_after_both_codes' address_added
check 'address__is_listed' says 0 '1  mail  a\*\*\*@example\.org' address
address_unseen() {
	logged . >/tmp/lines
	cat /tmp/lines
	grep -q 'pam_otpd: action=address-added user=alice .* socket=user' \
	    /tmp/lines &&
	    grep -q 'pam_otpd: result=sent reason=ok user=alice .*method=mail' \
		/tmp/lines &&
	    says_no grep -q example /tmp/lines &&
	    says_no grep -q "$(message_code)" /tmp/lines
}
check 'address__is_in_no_log' address_unseen
# With the host, time, tag and code of this message.
address_text() {
	frame=/tmp/post/0
	same "$(sed -n '/^\.\\" message: own-address$/,/^\.Ed/p' \
	    "$top_srcdir/man/pam_otp_deliver.5" | sed -e '/^\./d' \
	    -e "s/web1/$(sed -n 's/^host=//p' $frame)/" \
	    -e "s/2026-11-29 at 06:05/$(sed -n \
		's/^time=\(.*\)T\(.....\).*/\1 at \2/p' $frame)/" \
	    -e "s/K7/$(sed -n 's/^tag=//p' $frame)/" \
	    -e "s/4821 9930/$(message_code)/")" "$(sed '1,/^$/d' $frame)"
}
check 'address__message_is_that_of_the_page' address_text
check 'address__messages_have_a_pause' dialogue 1 'less than half a minute ago' \
    "${recovery%% *}" address --add=b@example.org
typed=
check 'address__which_one' says 2 'has no address "2"' address --remove=2
typed=$(wrong_code)
check 'address__is_not_removed_without_a_code' \
    dialogue 1 'Nothing changed' wrong address --remove=1
address_removed() {
	dialogue 0 '^Codes of alice are no longer sent to a\*\*\*@example\.org' \
	    "${recovery%% *}" address --remove=1 &&
	    as_root '.addresses | length == 0'
}
check 'address__is_removed_after_a_code' address_removed
check 'address__of_root_alone' dialogue 1 'Only mail addresses' '' \
    address --add=+491701234567
post_end
address_again
address_not_without_its_code() {
	dialogue 1 '^otp-enroll: Nothing changed: a\*\*\*@example\.org was not added' \
	    'old 11111111 1' address --add=alice@example.org &&
	    tries_left 2 1 && as_root '(.addresses | length == 0) and
		.other_callers.failures.in_a_row == 1'
}
check 'address__is_not_added_without_its_code' address_not_without_its_code
post_end
address_again
post_end
address_unsent() {
	dialogue 1 '^otp-enroll: No code can be sent' old \
	    address --add=alice@example.org && as_root '.addresses | length == 0'
}
check 'address__without_a_socket_says_so' address_unsent

# --- What only root can do ---
for command in unlock suspend adopt 'address --test' \
    'address --add=a@example.org --no-confirm' 'new --label=x' \
    'recovery --add=1' 'remove --purge'; do
	check "users__are_told_that_it_is_roots: $command" \
	    says 1 'belongs to root: ask an administrator' $command
done
check 'users__daemon_ends' unserve
finish

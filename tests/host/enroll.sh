#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A first login that enrolls, by ssh(1) and su(1), with an invitation.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs su setpriv

# invite NAME [OPTION...]: $invitation.
invite() {
	otp-enroll invite "$@" --print >"$scratch/invited" 2>&1 || {
		cat "$scratch/invited"
		return 1
	}
	invitation=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' \
	    "$scratch/invited")
}

# first STOP GATE COMMAND...: $screen, $key and $status of a first login.
first() {
	status=0
	expect -f "$top_srcdir/tests/host/enroll.exp" -- "$password" \
	    "$invitation" "$@" >"$scratch/first" 2>&1 || status=$?
	cat "$scratch/first"
	screen=$(sed '$d' "$scratch/first")
	secret=$(tail -n 1 "$scratch/first")
	echo "[status $status]"
}
shows() {
	printf '%s\n' "$screen" | grep -q -e "$1"
}
is_enrolled() {
	otp-enroll status "$1" >"$scratch/status" 2>/dev/null
}
has_logged_in() {
	says_no grep -q '^ *Last login *never' "$scratch/status"
}
is_invited() {
	otp-enroll status "$1" >"$scratch/status" 2>/dev/null
	grep -q "^$1: invited\$" "$scratch/status"
}
ssh_to() {
	echo "$ssh_plain $1@ground id -un"
}

person alice
person bob
crowd=
for i in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20; do
	person "user$i"
	crowd="$crowd user$i"
done
stack sshd sshd-password 's/pam_otp.so/& enroll=invited/'
sshd_run sshd-password.conf <<-END
	MaxStartups 200
END

# shellcheck disable=SC2046
enrolled() {
	invite alice && first none '' $(ssh_to alice) && test "$status" = 0 &&
	    shows '^alice$' && is_enrolled alice && has_logged_in &&
	    logged 'result=accepted reason=enrolled' >"$scratch/lines" &&
	    grep -q 'user=alice rhost=127.0.0.1 token="ground:alice" method=invitation' \
		"$scratch/lines"
}
check 'ssh__enrolls' enrolled
# The key, in groups of four, is the last thing before the question.
in_view() {
	shown=$(printf '%s\n' "$screen" | sed -n '1,/Enter the 6-digit code/p' |
	    tail -n 4)
	printf '%s\n' "$shown"
	printf '%s\n' "$shown" | grep -qE '^[| ]*Key +([A-Z2-7]{4} ){7}[A-Z2-7]{4}$' &&
	    printf '%s\n' "$shown" | grep -q 'Account  ground:alice'
}
check 'ssh__has_the_key_in_view' in_view
no_secret() {
	says_no grep -qE "$secret|$invitation" $log
}
check 'ssh__logs_no_secret' no_secret
again() {
	next=$(code 30)
	talk 'Password: ' "$password" 'invitation: ' "$next" -- \
	    $ssh_plain alice@ground id -un && test "$status" = 0
}
check 'ssh__takes_the_next_code' again
recovery_code() {
	one=$(printf '%s\n' "$screen" | grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' |
	    grep -v "$invitation" | tail -n 1)
	talk 'Password: ' "$password" 'invitation: ' "$one" -- \
	    $ssh_plain alice@ground id -un && test "$status" = 0
}
# ($screen is the first login's until here.)
printf '%s\n' "$(sed '$d' "$scratch/first")" >"$scratch/transcript"
screen=$(cat "$scratch/transcript")
check 'ssh__takes_a_recovery_code_that_was_shown' recovery_code

# shellcheck disable=SC2046
in_language_c() {
	forget_files alice
	invite alice && first none '' env LC_ALL=C $(ssh_to alice) &&
	    test "$status" = 0 && in_view
}
check 'ssh__enrolls_without_utf8' in_language_c

if have plink; then
	with_plink() {
		forget_files alice
		fingerprint=$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub |
		    awk '{ print $2 }')
		invite alice && first none '' plink -ssh -hostkey \
		    "$fingerprint" alice@ground id -un && test "$status" = 0 &&
		    is_enrolled alice && in_view
	}
	check 'plink__enrolls' with_plink
else
	skip 'plink__enrolls' 'plink is not installed'
fi

# shellcheck disable=SC2046
hang_up() {
	forget_files alice
	invite alice || return 1
	for at in invitation code enter; do
		first "$at" '' $(ssh_to alice)
		test "$status" = 97 && is_invited alice || return 1
	done
	first none '' $(ssh_to alice) && test "$status" = 0 &&
	    is_enrolled alice
}
check 'hang_up__at_any_question_changes_nothing' hang_up

# Two logins with one invitation reach the last question.
# shellcheck disable=SC2046
two_at_once() {
	forget_files alice
	invite alice || return 1
	logged >/dev/null
	for i in 1 2; do
		(scratch=$scratch/$i && mkdir -p "$scratch" &&
		    first none /tmp/gate $(ssh_to alice) >/dev/null
		echo "$status" >"$scratch/ended") &
		eval "pid_$i=\$!"
	done
	tries=0
	until [ "$(pgrep -fc 'alice@ground id -un')" -ge 4 ] ||
	    [ $tries -ge 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	sleep 3
	touch /tmp/gate
	wait "$pid_1" "$pid_2"
	rm -f /tmp/gate
	logged 'pam_otp(sshd' >"$scratch/lines"
	cat "$scratch/lines"
	test "$(grep -c 'reason=enrolled' "$scratch/lines")" = 1 &&
	    test "$(grep -c 'reason=invitation-ended' "$scratch/lines")" = 1 &&
	    is_enrolled alice
}
check 'two_logins__with_one_invitation_enroll_once' two_at_once

# 64 logins stop at the question for the code, and stay there. Meanwhile others
# enroll, all at once, with a list of invitations.
crowded() {
	{
		echo user
		printf '%s\n' $crowd
	} >"$scratch/list"
	forget_files alice
	invite alice || return 1
	idle=
	for i in 1 2 3 4 5 6 7 8; do
		for j in 1 2 3 4 5 6 7 8; do
			mkdir -p "$scratch/idle$i$j"
			# shellcheck disable=SC2046
			expect -f "$top_srcdir/tests/host/enroll.exp" -- \
			    "$password" "$invitation" stay /tmp/never \
			    $(ssh_to alice) >/dev/null 2>&1 &
			idle="$idle $!"
		done
	done
	otp-enroll invite --batch="$scratch/list" --print \
	    >"$scratch/letters" || return 1
	begun=$(date +%s%N)
	running=
	while IFS=, read -r who what when; do
		test -n "$when" && test "$who" != user || continue
		who=$(echo "$who" | tr -d '"')
		# shellcheck disable=SC2046
		expect -f "$top_srcdir/tests/host/enroll.exp" -- "$password" \
		    "$what" none '' $(ssh_to "$who") >"$scratch/$who" 2>&1 &
		running="$running $!"
	done <"$scratch/letters"
	failed=0
	for one in $running; do
		wait "$one" || failed=$((failed + 1))
	done
	echo "20 enrolled in $((($(date +%s%N) - begun) / 1000000)) ms" |
	    tee "$scratch/times"
	# shellcheck disable=SC2086
	kill $idle
	wait $idle 2>/dev/null
	echo "$failed failed"
	test $failed = 0
}
crowd_is_enrolled() {
	crowded || return 1
	for one in $crowd; do
		is_enrolled "$one" || {
			cat "$scratch/$one"
			return 1
		}
	done
	is_invited alice
}
put_back() {
	forget_files bob
	invite bob && cp -p /var/lib/pam_otp/seed/bob /tmp/managed || return 1
	# shellcheck disable=SC2046
	first none '' $(ssh_to bob) && test "$status" = 0 || return 1
	cp -p /tmp/managed /var/lib/pam_otp/seed/bob
	logged >/dev/null
	# shellcheck disable=SC2046
	first none '' $(ssh_to bob)
	test "$status" != 0 && shows 'That invitation was already used' &&
	    logged 'reason=replay' | grep -q 'method=invitation'
}
check 'used_invitation__that_is_put_back_is_refused' put_back
check 'abandoned_enrolments__hinder_none_of_twenty' crowd_is_enrolled
sed 's/^/# /' "$scratch/times"

expired() {
	forget_files bob
	invite bob --until=1h && clock 7200 || return 1
	sshd_run sshd-password.conf </dev/null
	# shellcheck disable=SC2046
	first none '' $(ssh_to bob)
	clock 0
	sshd_run sshd-password.conf </dev/null
	test "$status" != 0 && shows 'That invitation has expired' && is_invited bob
}
check 'expired_invitation__is_told' expired

guessed() {
	forget_files bob
	invite bob || return 1
	talk 'Password: ' "$password" 'invitation: ' \
	    0000-0000-0000-0000-0000-0000 -- $ssh_plain bob@ground id -un
	test "$status" != 0 && is_invited bob &&
	    logged 'reason=not-enrolled' | grep -q bob
}
check 'guess__is_refused' guessed

# With the key, as contrib/stacks/sshd-key-invited has it.
stack sshd sshd-key-invited 's/nullok_until=[0-9-]*/nullok_until=2027-01-20/'
sshd_run sshd-key.conf </dev/null
has_key alice
has_key bob
goes_on() {
	forget_files bob
	invite bob || return 1
	talk '2027-01-20: ' '' -- $ssh_key bob@ground id -un
	test "$status" = 0 && is_invited bob &&
	    printf '%s' "$screen" |
	    grep -q 'Invitation or code, or just Enter before'
}
check 'rollout__the_invited_may_go_on' goes_on
# shellcheck disable=SC2086
rolled_out() {
	first none '' $ssh_key bob@ground id -un && test "$status" = 0 &&
	    is_enrolled bob
}
check 'rollout__the_invited_enroll' rolled_out
not_asked() {
	forget_files alice
	talk -- $ssh_key alice@ground id -un
	test "$status" = 0 && says_no grep -q Invitation "$scratch/screen"
}
check 'rollout__others_are_not_asked' not_asked

if have login; then
	stack login login 's/pam_otp.so/& enroll=invited/'
	# (login.sh says why there is a child.)
	by_login() {
		forget_files alice
		touch /home/alice/.hushlogin
		sed -i '/^alice:/s|/bin/sh$|/usr/bin/id|' /etc/passwd
		invite alice && first none '' \
		    sh -c '(trap "" HUP; exec setpriv --pdeathsig KILL sleep inf) &
			exec login alice'
		sed -i '/^alice:/s|/usr/bin/id$|/bin/sh|' /etc/passwd
		shows 'uid=.*(alice)' && is_enrolled alice && in_view
	}
	check 'login__enrolls' by_login
else
	skip 'login__enrolls' 'login is not installed'
fi

stack su su 's/pam_otp.so/& enroll=invited/'
by_su() {
	forget_files alice
	invite alice &&
	    first none '' setpriv --reuid bob --regid bob --clear-groups \
		su alice -c 'id -un' && test "$status" = 0 &&
	    is_enrolled alice && in_view
}
check 'su__enrolls' by_su

finish

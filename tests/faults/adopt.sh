#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What brings seeds and states together, killed or failing at any call: no
# spent code is fresh again, the seed is under one name, and run again it comes
# to its end.

. "$(dirname "$0")/faults.sh"
faults_here 'adopt' jq

secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
run() {
	$under "$OTP_ENROLL" --conf "$conf" "$@" >"$scratch/out" 2>"$scratch/err"
}
uri() {
	echo "otpauth://hotp/t?secret=$secret&counter=$1"
}

# again: what was run, without a fault.
again() {
	"$1" && tidy
}

# --- A seed that was put there by other means ---

adopt() { run adopt otp-a; }
adopted() {
	again adopt && once otp-a "$(code $secret 3)" &&
	    refused otp-a "$(code $secret 2)" wrong
}
adopt_is_sound() {
	sound adopted
}
(umask 077 && uri 3 >"$store/seed/otp-a")
keep
check 'adopt__killed_at_any_call_goes_on_when_run_again' \
    kill_at_each adopt adopt_is_sound
check 'adopt__failing_at_any_call_goes_on_when_run_again' \
    fail_each adopt adopt_is_sound

# --- A state that cannot be read: no counter is known any more ---

force() { run adopt --force --print otp-a </dev/null; }
forced() {
	cat "$scratch/out" "$scratch/err" >"$scratch/first"
	run adopt --force --print otp-a </dev/null
	tidy && refused otp-a "$(code $secret 4)" wrong && recoverable
}
# recoverable: the recovery codes that are in force were shown, even if it was
# killed after that.
recoverable() {
	for shown in $(cat "$scratch/out" "$scratch/first" |
	    grep -Eo '([0-9A-Z]{4}-){5}[0-9A-Z]{4}'); do
		login otp-a "$shown" >"$scratch/logins" && return 0
	done
	echo 'recovery codes are in force that nobody saw:'
	cat "$scratch/first" "$scratch/out"
	return 1
}
force_is_sound() {
	sound forced
}
afresh
adopt
once otp-a "$(code $secret 3)" || exit 1
run recovery --print otp-a || exit 1
dd if=/dev/zero of="$store/state/otp-a" bs=8192 count=2 conv=notrunc 2>/dev/null
keep
check 'adopt_force__killed_at_any_call_revives_no_code' \
    kill_at_each force force_is_sound
check 'adopt_force__failing_at_any_call_revives_no_code' \
    fail_each force force_is_sound

# --- What an account had under a former name, which no user of the host has ---

from() { run adopt --from=otp-old otp-new; }
moved() {
	if test -e "$store/seed/otp-old"; then
		once otp-old "$(code $secret 1)" || return 1
		next=2
	else
		next=1
	fi
	test -e "$store/seed/otp-new" || from || return 1
	# Killed behind the move it is the plain command that goes on.
	run adopt otp-new && tidy && once otp-new "$(code $secret $next)" &&
	    refused otp-new "$(code $secret 0)" replay &&
	    ! test -e "$store/seed/otp-old"
}
from_is_sound() {
	sound moved
}
rm -f "$store"/*/otp-a
uri 0 | run import otp-old
once otp-old "$(code $secret 0)" || exit 1
keep
check 'adopt_from__killed_at_any_call_leaves_it_under_one_name' \
    kill_at_each from from_is_sound
check 'adopt_from__failing_at_any_call_leaves_it_under_one_name' \
    fail_each from from_is_sound

# --- A wait that is ended ---

unlock() { run unlock otp-old; }
unlocked() {
	if [ "$("$OTP_ENROLL" --conf "$conf" status --json otp-old |
	    jq .delay)" != 0 ]; then
		# Not ended yet: so it was said, and it can be done again.
		was_killed || test "$ended" != 0 && unlock
	fi && once otp-old "$(code $secret 1)"
}
unlock_is_sound() {
	sound unlocked
}
afresh
login otp-old 000000 000000 000000 000000 000000 >"$scratch/said"
keep
check 'unlock__killed_at_any_call_leaves_it_whole' \
    kill_at_each unlock unlock_is_sound
check 'unlock__failing_at_any_call_leaves_it_whole' \
    fail_each unlock unlock_is_sound

# --- An account that is suspended ---

suspend() { run suspend otp-old; }
suspended() {
	if [ "$("$OTP_ENROLL" --conf "$conf" status --json otp-old |
	    jq .suspended)" != true ]; then
		was_killed || test "$ended" != 0 && suspend
	fi && refused otp-old "$(code $secret 1)" suspended &&
	    run resume otp-old && once otp-old "$(code $secret 1)"
}
suspend_is_sound() {
	sound suspended
}
afresh
run unlock otp-old
keep
check 'suspend__killed_at_any_call_leaves_it_whole' \
    kill_at_each suspend suspend_is_sound
check 'suspend__failing_at_any_call_leaves_it_whole' \
    fail_each suspend suspend_is_sound
conclude

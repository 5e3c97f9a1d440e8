#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A login as a process of its own, with all that libpam and libc do in it: no
# call that fails, or is its last one, lets a code in twice or keeps the next
# one out.

. "$(dirname "$0")/faults.sh"
faults_here 'login'

secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
printf 'otpauth://hotp/t?secret=%s&counter=0\n' $secret |
    "$OTP_ENROLL" --conf "$conf" import alice >"$scratch/said" 2>&1
keep
right=$(code $secret 0)
next=$(code $secret 1)

run() {
	$under "$top_builddir/tests/lib/login" "$scratch/pam.d" test alice \
	    "$right" >"$scratch/out" 2>"$scratch/err"
}


# is_sound: in these three logins the code lets in once at most, the next always.
is_sound() {
	login alice "$right" "$next" >"$scratch/logins"
	cat "$scratch/logins"
	all=$(cat "$scratch/out" "$scratch/logins" | grep -c 'result: Success')
	test "$(tail -n 1 "$scratch/logins")" = '  result: Success' &&
	    test "$all" -le 2 && tidy &&
	    ! grep -q 'result=ignored' "$scratch/out" &&
	    { was_killed || test "$ended" != 0 || test "$all" = 2; }
}

check 'login__killed_at_any_call_leaves_it_whole' kill_at_each run is_sound
check 'login__failing_at_any_call_leaves_it_whole' fail_each run is_sound
conclude

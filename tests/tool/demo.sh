#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What ./dev demo shows: a stranger sees it first.

. "$(dirname "$0")/tool.sh"

for needed in expect oathtool "$top_builddir/tests/lib/login"; do
	have "$needed" || {
		skip 'demo' "$needed is missing"
		finish
	}
done

export OTP_ENROLL PAM_OTP_SO top_builddir
mkdir "$scratch/tmp"
demo() {
	TMPDIR="$scratch/tmp" "$top_srcdir/tests/demo.sh" >"$scratch/demo" 2>&1
	status=$?
	cat "$scratch/demo"
	return $status
}
shows() {
	grep -e "$1" "$scratch/demo"
}
# The clock of its phone is right; a code that comes early makes it look fast.
explains_the_clock() {
	! grep -q ', clock [0-9]* s fast$' "$scratch/demo" ||
	    shows '^== How the account stands.* before its time'
}

check 'demo__goes_through' demo
check 'demo__shows_a_login' shows 'result=accepted reason=ok .* method=totp'
check 'demo__shows_a_code_refused_the_second_time' \
    shows 'result=refused reason=replay'
check 'demo__shows_a_recovery_code' shows 'result=accepted .* method=recovery'
check 'demo__says_why_the_clock_of_its_phone_looks_fast' explains_the_clock
check 'demo__leaves_nothing_behind' empty ls -A "$scratch/tmp"

finish

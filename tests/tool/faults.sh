#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A change that is killed, or fails, at any one of its calls: the old seed is in
# force or the new one, whole, and its codes log in.

. "$(dirname "$0")/tool.sh"

calls=openat,pwrite64,ftruncate,fsync,fdatasync,renameat,renameat2,unlinkat,fcntl
if [ -n "${INSTRUMENTED-}" ]; then
	skip 'faults' 'the sanitizers have calls of their own'
	finish
fi
for tool in strace oathtool; do
	have $tool || {
		skip 'faults' "$tool is not installed"
		finish
	}
done
strace -qq -o /dev/null -e trace=none true 2>/dev/null || {
	skip 'faults' 'nothing can be traced here'
	finish
}

"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
give_service
seed=$store/seed/alice
secret=none
counter=0

# in_force: what the seed says, and that the next code of it logs in.
in_force() {
	now=$(sed -n 's/^otpauth.*secret=\([A-Z2-7]*\).*/\1/p' "$seed")
	test ${#now} = 32 || return 1
	test "$(wc -l <"$seed")" = 3 || return 1
	test "$now" = "$secret" || counter=0
	secret=$now
	ends 0 status alice && login alice \
	    "$(oathtool --hotp -b -c $counter "$secret")" || return 1
	counter=$((counter + 1))
}

# with INJECTION: enrol anew, that happening. `old' was in force before.
with() {
	old=$secret
	status=0
	strace -f -qq -o "$scratch/trace" -e trace=$calls -e inject="$calls:$1" \
	    "$OTP_ENROLL" --conf "$conf" new --hotp --recovery=2 --replace \
	    --print --no-confirm alice >"$scratch/out" 2>"$scratch/err" ||
	    status=$?
	# in_force() runs the tool again.
	shown=$(secret_in "$(cat "$scratch/out")")
	ended=$status
	said=$(cat "$scratch/err")
}

# every HOW: at each call in turn, until there are no more.
every() {
	at=0
	changed=0
	while :; do
		at=$((at + 1))
		test $at -lt 500 || return 1
		with "$1:when=$at"
		"$2" || { echo "at call $at: $ended"; put "$said"; return 1; }
		# The last one happened to nothing.
		grep -q 'INJECTED\|SIGKILL' "$scratch/trace" || return 0
	done
}

killed() {
	in_force || return 1
	# Only what was shown can be in force.
	test "$secret" = "$old" || test "$secret" = "$shown"
}
failed() {
	in_force || return 1
	if [ $ended = 0 ]; then
		test "$secret" = "$shown"
	elif put "$said" | grep -q 'in force all the same'; then
		test "$secret" = "$shown"
	else
		test "$secret" = "$old"
	fi
}

enroll new --hotp --recovery=2 --print --no-confirm alice
check 'faults__none' in_force
check 'killed__at_any_call_leaves_a_seed_in_force' every signal=KILL killed
check 'killed__was_killed_often' test "$at" -gt 20
for error in ENOSPC EIO; do
	check "failed__with_${error}_leaves_a_seed_in_force" every \
	    error=$error failed
	check "failed__with_${error}_failed_often" test "$at" -gt 20
done
finish

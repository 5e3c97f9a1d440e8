#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# An enrolment that is killed, or fails, at any one of its calls: the old seed
# is in force or the new one, whole, and its codes log in.

. "$(dirname "$0")/faults.sh"
faults_here 'new'

run() {
	$under "$OTP_ENROLL" --conf "$conf" new --hotp --print --no-confirm \
	    --qr=none "$@" otp-a >"$scratch/out" 2>"$scratch/err"
}
fresh() { run --recovery=2; }
add() { run --label=more --add; }
replace() { run --recovery=2 --replace; }
json() { run --recovery=2 --replace --json; }

# in_force: what the seed says; nobody else may be.
in_force() {
	secrets otp-a | tr '\n' ' '
}

# whole SECRET...: each lets in once.  None: whoever has no seed is unenrolled.
whole() {
	test $# != 0 || {
		! test -e "$store/seed/otp-a" && refused otp-a 123456 not-enrolled
		return
	}
	"$OTP_ENROLL" --conf "$conf" status otp-a >"$scratch/status" 2>&1 ||
	    return 1
	test "$(grep -c '^recovery' "$store/seed/otp-a")" = 2 || return 1
	for secret; do
		once otp-a "$(code "$secret" 0)" || return 1
	done
}

# codes_shown: how many recovery codes were.
codes_shown() {
	grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$scratch/out" | wc -l
}

# is_sound: what was there before is in force, or what was shown, even if it was
# killed; and so it is told, unless it was.
is_sound() {
	now=$(in_force)
	shown=$(sed -nE -e 's/^  URI .*secret=([A-Z2-7]+).*/\1/p' \
	    -e 's/.*"uri":.*secret=([A-Z2-7]+).*/\1/p' "$scratch/out")
	case $now in
	"$old") came=false ;;
	"$kept$shown ") came=true ;;
	*) return 1 ;;
	esac
	! $came || test -n "$kept" || test "$(codes_shown)" = 2 || return 1
	# shellcheck disable=SC2086
	sound whole $now || return 1
	was_killed && return 0
	if [ "$ended" = 0 ]; then
		$came
	elif $came; then
		says_so 'is enrolled, but not yet safely on disk' ||
		    says_so 'is set up; the secrets were printed before'
	else
		says_so . &&
		    { test -z "$shown" || says_so 'Nothing changed\|not valid'; } &&
		    ! grep -q 'not yet safely on disk\|is set up' "$scratch/err"
	fi
}

# each HOW KEPT: KEPT secrets stay beside the new one.
each() {
	old=$(in_force)
	kept=$2
	keep
	check "${1}__killed_at_any_call_leaves_a_seed_in_force" \
	    kill_at_each "$1" is_sound
	check "${1}__failing_at_any_call_leaves_a_seed_in_force" \
	    fail_each "$1" is_sound
	afresh
}

each fresh ''
enroll new --hotp --recovery=2 --print --no-confirm otp-a
each add "$(in_force)"
each replace ''
each json ''
conclude

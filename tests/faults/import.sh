#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# An import that is killed, or fails, at any one of its calls: each user has
# what was there before or what was imported, whole; and run again, it goes on
# to its end.

. "$(dirname "$0")/faults.sh"
faults_here 'import'

old_key=3132333435363738393031323334353637383930
old=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
new_key=6162636465666768696a6b6c6d6e6f7071727374
new=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U

# users KEY COUNTER: a file of two.
users() {
	for name in otp-a otp-b; do
		echo "HOTP $name - $1 $2"
	done
}

# import OPTION...: the file that is on standard input.
import() {
	$under "$OTP_ENROLL" --conf "$conf" import --format=users.oath "$@" \
	    >"$scratch/out" 2>"$scratch/err"
}
users $new_key 5 >"$scratch/users"
first() { import <"$scratch/users"; }
instead() { import --replace <"$scratch/users"; }
codes() { import --replace --recovery=1 --print <"$scratch/users"; }

# whole NAME: NAME has the new token with its counter, or what was before.
whole() {
	case $(secrets "$1") in
	$new) once "$1" "$(code $new 5)" ;;
	$old) $replacing && once "$1" "$(code $old 0)" ;;
	'') ! $replacing && ! test -e "$store/seed/$1" ;;
	*) return 1 ;;
	esac
}

# told NAME: what was said of NAME is so.
told() {
	if [ "$(secrets "$1")" = $new ]; then
		! grep -q "^$1: not imported" "$scratch/err"
	else
		! grep -qhE "^$1: (1 token |already )?imported" "$scratch/out" \
		    "$scratch/err"
	fi
}

# Whatever came before, run again it comes to its end.
both_whole() {
	whole otp-a && whole otp-b || return 1
	users $new_key 7 | if $replacing; then
		import --replace
	else
		import
	fi && test "$(secrets otp-a)$(secrets otp-b)" = $new$new && tidy
}

# shown NAME: its recovery code, if it has one, was, even if it was killed.
shown() {
	grep -q '^recovery' "$store/seed/$1" || return 0
	for code in $(grep -Eo '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$scratch/out"); do
		login "$1" "$code" >"$scratch/logins" && return 0
	done
	echo "$1 has a recovery code that was not shown"
	cat "$scratch/out"
	return 1
}
codes_are_sound() {
	was_killed || { told otp-a && told otp-b; } || return 1
	cp "$scratch/err" "$scratch/first"
	sound codes_shown
}
codes_shown() {
	shown otp-a && shown otp-b && both_whole
}

is_sound() {
	was_killed || { told otp-a && told otp-b; } || return 1
	cp "$scratch/err" "$scratch/first"
	sound both_whole || {
		cat "$scratch/first"
		return 1
	}
}

replacing=false
keep
check 'import__killed_at_any_call_leaves_each_user_whole' \
    kill_at_each first is_sound
check 'import__failing_at_any_call_says_who_was_imported' \
    fail_each first is_sound
replacing=true
afresh
users $old_key 0 | import || exit 1
keep
check 'import_replace__killed_at_any_call_leaves_each_user_whole' \
    kill_at_each instead is_sound
check 'import_replace__failing_at_any_call_says_who_was_imported' \
    fail_each instead is_sound
check 'import_codes__killed_at_any_call_has_no_code_that_was_not_shown' \
    kill_at_each codes codes_are_sound
check 'import_codes__failing_at_any_call_has_no_code_that_was_not_shown' \
    fail_each codes codes_are_sound
conclude

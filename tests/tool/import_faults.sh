#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# An import that is killed, or fails, at any one of its calls: each user has
# what was there before or what was imported, whole; and run again, it goes on
# to its end.

. "$(dirname "$0")/tool.sh"

calls=openat,pwrite64,ftruncate,fsync,fdatasync,renameat,renameat2,unlinkat,fcntl
if [ -n "${INSTRUMENTED-}" ]; then
	skip 'import_faults' 'the sanitizers have calls of their own'
	finish
fi
for tool in strace oathtool; do
	have $tool || {
		skip 'import_faults' "$tool is not installed"
		finish
	}
done
strace -qq -o /dev/null -e trace=none true 2>/dev/null || {
	skip 'import_faults' 'nothing can be traced here'
	finish
}

"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
give_service
old_key=3132333435363738393031323334353637383930
old=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
new_key=6162636465666768696a6b6c6d6e6f7071727374
new=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U

# users KEY COUNTER: a file of two.
users() {
	for name in alice bob; do
		echo "HOTP $name - $1 $2"
	done
}

# import OPTION...: the file that is on standard input.
import() {
	"$OTP_ENROLL" --conf "$conf" import --format=users.oath "$@"
}

# afresh HOW: a store where both have the old token, or nothing.
afresh() {
	rm -f "$store"/seed/* "$store"/state/* "$store"/*/.*.new
	test "$1" = new || users $old_key 0 | import >"$scratch/said" 2>&1
}

# whole NAME HOW: NAME has the new token with its counter, or what was before.
whole() {
	now=$(cat "$store/seed/$1" 2>/dev/null) || now=
	case $now in
	*secret=$new*) login "$1" "$(oathtool --hotp -b -c 5 $new)" ;;
	*secret=$old*) test "$2" = replace &&
	    login "$1" "$(oathtool --hotp -b -c 0 $old)" ;;
	'') test "$2" = new ;;
	*) return 1 ;;
	esac
}

# told NAME: what was said of NAME is so.
told() {
	if grep -qs "secret=$new" "$store/seed/$1"; then
		! put "$said" | grep -q "^$1: not imported"
	else
		! put "$said" | grep -qE "^$1: (1 token )?imported"
	fi
}

# every FAULT HOW: at each call in turn, until there are no more.
every() {
	at=0
	option=
	test "$2" = new || option=--replace
	while :; do
		at=$((at + 1))
		test $at -lt 500 || return 1
		afresh "$2"
		ended=0
		# shellcheck disable=SC2086
		users $new_key 5 | strace -qq -o "$scratch/trace" \
		    -e trace=$calls -e inject="$calls:$1:when=$at" \
		    "$OTP_ENROLL" --conf "$conf" import --format=users.oath \
		    $option >"$scratch/out" 2>"$scratch/err" || ended=$?
		said=$(cat "$scratch/out" "$scratch/err")
		for name in alice bob; do
			whole $name "$2" && { test "$1" = signal=KILL ||
			    told $name; } || {
				echo "at call $at: $ended: $name"
				put "$said"
				return 1
			}
		done
		# The last one happened to nothing.
		grep -q 'INJECTED\|SIGKILL' "$scratch/trace" || return 0
		# shellcheck disable=SC2086
		users $new_key 6 | import $option >"$scratch/out" 2>&1 &&
		    grep -q "secret=$new" "$store/seed/alice" &&
		    grep -q "secret=$new" "$store/seed/bob" || {
			echo "at call $at: not again"
			cat "$scratch/out"
			return 1
		}
	done
}

for how in new replace; do
	check "killed__at_any_call_leaves_each_user_whole_$how" \
	    every signal=KILL $how
	check "killed__was_killed_often_$how" test "$at" -gt 20
done
check 'failed__with_ENOSPC_says_who_was_imported' every error=ENOSPC new
check 'failed__with_ENOSPC_failed_often' test "$at" -gt 20
check 'failed__with_EIO_leaves_each_user_whole' every error=EIO replace
check 'failed__with_EIO_failed_often' test "$at" -gt 20
finish

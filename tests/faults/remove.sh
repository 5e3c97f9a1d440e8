#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# A removal, new recovery codes or a new address, killed or failing at any call:
# what was in force still is, or what was to come is, whole; and the user is told
# which.

. "$(dirname "$0")/faults.sh"
faults_here 'remove' jq

first=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
second=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U
printf 'otpauth://hotp/%s?secret=%s&counter=0\n' one $first two $second |
    "$OTP_ENROLL" --conf "$conf" import --recovery=2 --print otp-a \
    >"$scratch/imported" 2>&1
recovery=$(sed -nE 's/^ +1  ([0-9A-Z-]+).*/\1/p' "$scratch/imported")
keep

run() {
	$under "$OTP_ENROLL" --conf "$conf" "$@" otp-a >"$scratch/out" \
	    2>"$scratch/err"
}

# opens SECRET...: these are otp-a's tokens, and each lets in.
opens() {
	"$OTP_ENROLL" --conf "$conf" status --json otp-a >"$scratch/status" &&
	    jq -e ".tokens | length == $#" "$scratch/status" \
	    >"$scratch/said" || return 1
	same "$(printf '%s\n' "$@")" "$(secrets otp-a)" || return 1
	for secret; do
		once otp-a "$(code "$secret" 0)" || return 1
	done
}

# Nobody is shut out by a state that misses its seed.
unenrolled() {
	"$OTP_ENROLL" --conf "$conf" status otp-a >"$scratch/status" 2>&1
	test $? = 3 && refused otp-a "$(code $first 0)" not-enrolled
}

# settled DONE SAID: what was reported is so.  DONE: it came about.
settled() {
	was_killed && return 0
	if [ "$ended" = 0 ]; then
		"$1"
	elif "$1"; then
		says_so "$2\|Standard output cannot be written"
	fi
}

all() { run remove; }
purge() { run remove --purge; }
all_gone() { ! test -e "$store/seed/otp-a"; }
all_whole() {
	if all_gone; then
		unenrolled
	else
		opens $first $second
	fi
}
all_is_sound() { settled all_gone '^otp-enroll: Removed, but' && sound all_whole; }
purge_whole() {
	all_gone && ! test -e "$store/state/otp-a" || all_whole
}
purge_gone() { all_gone && ! test -e "$store/state/otp-a"; }
purge_is_sound() {
	settled purge_gone '^otp-enroll: Removed, but' && sound purge_whole
}

one() { run remove --token=one; }
one_gone() { test "$(secrets otp-a)" = $second; }
one_whole() {
	if one_gone; then
		opens $second
	else
		opens $first $second
	fi && once otp-a "$recovery"
}
one_is_sound() { settled one_gone '^otp-enroll: Removed, but' && sound one_whole; }

renew() { run recovery --count=2 --print; }
renewed() {
	grep '^recovery' "$store/seed/otp-a" | cmp -s "$scratch/old" - && return 1
	return 0
}
renew_whole() {
	opens $first $second || return 1
	if renewed; then
		refused otp-a "$recovery" wrong
	else
		once otp-a "$recovery"
	fi
}
# What was shown is in force, or it was said that nothing was shown.
renew_is_sound() {
	settled renewed 'are active, but' && sound renew_whole || return 1
	new=$(sed -nE 's/^ +1  ([0-9A-Z-]+).*/\1/p' "$scratch/out")
	test "$ended" != 0 || { renewed && afresh_of_recovery; }
}
afresh_of_recovery() { once otp-a "$new"; }

address() { run address --no-confirm --add=otp-a@example.org; }
address_added() { grep -q ':mailto:otp-a@example\.org$' "$store/seed/otp-a"; }
address_whole() { opens $first $second && once otp-a "$recovery"; }
address_is_sound() {
	settled address_added '^otp-enroll: The addresses of otp-a have changed, but' &&
	    sound address_whole
}

grep '^recovery' "$store/seed/otp-a" >"$scratch/old"
for what in one all purge renew address; do
	case $what in
	address) name=address ;;
	one) name=remove_token ;;
	all) name=remove ;;
	purge) name=remove_purge ;;
	renew) name=recovery ;;
	esac
	check "${name}__killed_at_any_call_leaves_it_whole" \
	    kill_at_each $what ${what}_is_sound
	check "${name}__failing_at_any_call_leaves_it_whole_and_says_which" \
	    fail_each $what ${what}_is_sound
done

# Of whom there never was anything nothing is said to be removed.
nothing_was_there() {
	for number in 1 2 3 4; do
		strace -qq -o "$scratch/trace" -e trace=fstatfs \
		    -e inject=fstatfs:error=EIO:when=$number \
		    "$OTP_ENROLL" --conf "$conf" remove --purge zoe \
		    >"$scratch/out" 2>"$scratch/err"
		test $? != 0 || return 1
		cat "$scratch/err"
		! grep -q '^otp-enroll: Removed, but' "$scratch/err" || return 1
	done
}
check 'remove__failing_before_it_looked_claims_nothing' nothing_was_there
conclude

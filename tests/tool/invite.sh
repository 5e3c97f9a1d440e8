#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll invite, and what the other commands make of it.

. "$(dirname "$0")/tool.sh"

have jq || {
	skip 'invite' 'jq is not installed'
	finish
}
give_service
"$OTP_ENROLL" --conf "$conf" init >/dev/null || exit 99

invited() {
	ends 0 invite --print ann && shows '^Invitation for ann, until 20..-' &&
	    shows 'it works once, at a service' &&
	    test "$(codes_in "$out" | wc -l)" = 1 &&
	    grep -qE '^invite:sha256\$[0-9a-f]{32}\$[0-9a-f]{64}:[0-9]+$' \
		"$store/seed/ann" && test "$(wc -l <"$store/seed/ann")" = 1
}
check 'invite__writes_a_line_and_shows_the_code' invited
in_a_week() {
	until=$(sed 's/.*://' "$store/seed/ann")
	now=$(date +%s)
	test "$until" -le $((now + 604800)) &&
	    test "$until" -gt $((now + 604700))
}
check 'invitation__works_for_a_week' in_a_week
check 'invite__needs_print_for_a_pipe' untouched 2 invite ann
check 'invite__needs_a_user' untouched 2 invite --print
for bad in x 0d 4000d 2020-01-01; do
	check "invite__does_not_take_$bad" \
	    untouched 2 invite --print ann --until="$bad"
done
listed() {
	ends 3 status ann && shows '^ann: invited$' &&
	    shows '^Invitation *until 20' && says 'ann is not enrolled' &&
	    ends 0 status --all && shows '^ann .* invited$' &&
	    ends 0 status --invited && shows '^ann  *until 20.* UTC$' &&
	    test "$(put "$out" | wc -l)" = 1 &&
	    ends 0 status --invited --json &&
	    put "$out" | jq -e '.invitation.active and (.enrolled | not) and
		.problem == null' >/dev/null
}
check 'status__shows_the_invited' listed
check 'status__takes_one_of_these' untouched 2 status --invited --all
checked() {
	enroll check ann
	shows '^note *ann is invited until 20' && ! shows 'not enrolled'
}
check 'check__notes_the_invited' checked
refused() {
	code=$(enroll invite --print ann; codes_in "$out")
	says_no login ann "$code" >"$scratch/said" &&
	    grep -q 'reason=invited user=ann' "$scratch/said" &&
	    grep -q 'That is an invitation' "$scratch/said" &&
	    says_no grep -q "$code" "$store/seed/ann" &&
	    says_no login ann 000000 >"$scratch/said" &&
	    grep -q 'reason=not-enrolled' "$scratch/said"
}
check 'invitation__is_not_a_code' refused
old_one() {
	enroll invite --print bob
	old=$(codes_in "$out")
	cp "$store/seed/bob" "$scratch/old"
	ends 0 invite --print bob && cp "$scratch/old" "$store/seed/bob" &&
	    says_no login bob "$old" >"$scratch/said" &&
	    grep -q 'reason=replay .*method=invitation' "$scratch/said" &&
	    grep -q 'That invitation was already used' "$scratch/said"
}
check 'invite__ends_the_one_before' old_one
removed() {
	enroll invite --print cyd
	cp "$store/seed/cyd" "$scratch/old"
	code=$(codes_in "$out")
	ends 0 remove cyd && shows '^The invitation of cyd no longer works' &&
	    ends 3 status cyd && cp "$scratch/old" "$store/seed/cyd" &&
	    says_no login cyd "$code" >"$scratch/said" &&
	    grep -q 'reason=replay' "$scratch/said" &&
	    ends 3 status cyd && shows '^Invitation *used$'
}
check 'remove__ends_it' removed
enrolled() {
	ends 0 invite --print dan && cp "$store/seed/dan" "$scratch/old" &&
	    code=$(codes_in "$out") &&
	    ends 0 new --print --no-confirm dan &&
	    ends 0 status dan && ! shows Invitation &&
	    untouched 4 invite --print dan && says 'dan is already enrolled' &&
	    says 'Use --replace'
}
check 'new__ends_it' enrolled
beside() {
	secret=$(enroll new --print --no-confirm --replace dan; secret_in "$out")
	ends 0 invite --print dan --replace &&
	    code=$(codes_in "$out" | tail -n 1) && ends 0 status dan &&
	    shows '^Invitation *until' && shows '^  1  totp' &&
	    says_no login dan "$code" >"$scratch/said" &&
	    grep -q 'reason=invited' "$scratch/said" &&
	    login dan "$(oathtool --totp -b -N 'now + 30 seconds' "$secret")" &&
	    put "$code" | "$OTP_ENROLL" --conf "$conf" verify dan \
		>"$scratch/said"
	test $? = 1 && grep -q '^This is an unused invitation' "$scratch/said"
}
check 'invite__with_replace_keeps_what_works' beside
configured() {
	sed -i "s/:[0-9]*\$/:1800000000/; /^otpauth/d; /^recovery/d" \
	    "$store/seed/dan"
	cp "$store/seed/dan" "$store/seed/eve"
	ends 1 status eve && ends 0 adopt eve && ends 3 status eve &&
	    shows '^eve: invited$'
}
check 'adopt__knows_an_invitation' configured
printf 'user\nfay\ngus\ndan\n"h,""i"\n' >"$scratch/list"
listed_csv() {
	enroll new --print --no-confirm --replace dan
	ends 0 invite --batch="$scratch/list" --print --until=2030-01-01 &&
	    same 'user,invitation,until' "$(put "$out" | head -n 1)" &&
	    shows '^"fay",[0-9A-Z-]\{29\},2030-01-01T00:00:00Z$' &&
	    shows '^"h,""i",' && same 4 "$(put "$out" | wc -l)" &&
	    says '^3 invited, 1 already enrolled, 0 failed\.$'
}
check 'invite__takes_a_list_and_prints_csv' listed_csv
listed_json() {
	ends 0 invite --batch="$scratch/list" --print --json &&
	    put "$out" | jq -es 'length == 3 and all(.version == 1) and
		all(.invitation | length == 29)' >/dev/null &&
	    code=$(put "$out" | jq -r 'select(.user == "gus").invitation') &&
	    says_no login gus "$code" >"$scratch/said" &&
	    grep -q 'reason=invited user=gus' "$scratch/said"
}
check 'invite__prints_json' listed_json
bad_rows() {
	printf 'user,label\nivy,x\n' >"$scratch/list"
	untouched 1 invite --batch="$scratch/list" --print &&
	    says 'can only have the column user' && says 'Line 2: ivy was not invited'
}
check 'invite__refuses_a_label' bad_rows
check 'invite__a_list_or_a_user' \
    untouched 2 invite --print --batch="$scratch/list" ann
check 'invite__a_list_does_not_replace' \
    untouched 2 invite --print --batch="$scratch/list" --replace
uid_zero() {
	configure
	printf 'user\nroot\n' >"$scratch/list"
	untouched 1 invite --batch="$scratch/list" --print &&
	    says 'uid 0 is not invited by a list' &&
	    ends 0 invite --print root && ends 0 remove root
	result=$?
	configure virtual_users
	return $result
}
check 'invite__root_by_name_alone' uid_zero
full() {
	before=$(tree)
	"$OTP_ENROLL" --conf "$conf" invite --print joe >/dev/full 2>/dev/null &&
	    return 1
	same "$before" "$(tree)"
}
check 'invite__that_was_not_shown_is_not_valid' full
if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -I"$top_builddir" -w \
    -o "$scratch/ahead.so" "$top_srcdir/tests/tool/ahead.c" -ldl \
    2>/dev/null; then
	over() {
		enroll invite --print kim --until=1d
		LD_PRELOAD=$scratch/ahead.so CLOCK_AHEAD=90000 "$OTP_ENROLL" \
		    --conf "$conf" check kim >"$scratch/said" 2>&1
		grep -q '^warning *The invitation of kim expired at 20' \
		    "$scratch/said" &&
		    grep -q 'kim is not enrolled' "$scratch/said" &&
		    LD_PRELOAD=$scratch/ahead.so CLOCK_AHEAD=90000 \
			"$OTP_ENROLL" --conf "$conf" status --invited |
		    grep -q '^kim  *expired 20'
	}
	check 'invitation__that_expired_is_told' over
else
	skip 'invitation__that_expired_is_told' 'no preloading in this build'
fi
finish

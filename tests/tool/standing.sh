#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll suspend, resume and exempt.

. "$(dirname "$0")/tool.sh"

have jq || {
	skip 'standing' 'jq is not installed'
	finish
}
give_service
"$OTP_ENROLL" --conf "$conf" init >/dev/null || exit 99
enroll new --print --no-confirm --totp ann
secret=$(secret_in "$out")
code() {
	oathtool --totp -b -N "now + ${1-0} seconds" "$secret"
}
field() {
	"$OTP_ENROLL" --conf "$conf" status --json "$1" | jq -r ".$2"
}

suspended() {
	ends 0 suspend ann && shows '^ann is suspended: services that ask' &&
	    shows "otp-enroll resume ann'" && same true "$(field ann suspended)" &&
	    says_no login ann "$(code)" && ends 0 status ann &&
	    shows '^ann: suspended$' &&
	    shows "^Suspended *until 'otp-enroll resume ann'\$"
}
check 'suspend__refuses_a_right_code' suspended
check 'suspend__again_is_no_change' untouched 0 suspend ann
check 'suspend__says_that_it_was' shows '^ann was already suspended\.$'
listed() {
	ends 0 status --all && shows '^ann .* suspended$'
}
check 'status__all_lists_the_suspended' listed
checked() {
	ends 1 check ann
	shows '^note *ann is suspended, so services' &&
	    shows "otp-enroll resume ann'" && ! shows '^fault .*suspended'
}
check 'check__notes_it' checked
judged() {
	code | "$OTP_ENROLL" --conf "$conf" verify --json ann >"$scratch/json"
	jq -e '.reason == "ok" and .suspended and (.accepted | not)' \
	    "$scratch/json" >/dev/null || return 1
	code | "$OTP_ENROLL" --conf "$conf" verify ann >"$scratch/said"
	test $? = 1 && grep -q '^Correct: ' "$scratch/said" &&
	    grep -q "otp-enroll resume ann'" "$scratch/said"
}
check 'verify__says_so' judged
renewed() {
	ends 0 new --replace --print --no-confirm --totp ann &&
	    says '^Note: ann is suspended: no code is accepted' &&
	    secret=$(secret_in "$out") && says_no login ann "$(code)"
}
check 'new__of_the_suspended_says_that_they_are' renewed
removed() {
	ends 0 remove ann && ends 3 status ann && shows '^ann: suspended$' &&
	    ends 0 new --print --no-confirm --totp ann &&
	    secret=$(secret_in "$out") && says_no login ann "$(code)"
}
check 'suspend__outlives_the_tokens' removed
resumed() {
	ends 0 resume ann && shows '^ann is no longer suspended\.$' &&
	    same false "$(field ann suspended)" && login ann "$(code)" &&
	    ends 0 status ann && ! shows '[Ss]uspended'
}
check 'resume__has_codes_accepted_again' resumed
check 'resume__again_is_no_change' untouched 0 resume ann
check 'resume__says_that_there_was_none' shows '^ann was not suspended\.$'

# --- Who is not enrolled ---

check 'resume__of_who_has_no_files_makes_none' untouched 0 resume bea
unenrolled() {
	ends 0 suspend bea && ends 3 status bea && shows '^bea: suspended$' &&
	    ends 0 status --all && shows '^bea .* suspended$' &&
	    test ! -e "$store/seed/bea"
}
check 'suspend__of_who_is_not_enrolled' unenrolled
unenrolled_checked() {
	enroll check bea
	shows '^note *bea is suspended' && ! shows 'not enrolled'
}
check 'check__notes_it_of_who_is_not_enrolled' unenrolled_checked
with_nullok() {
	echo "auth required $PAM_OTP_SO conf=$conf nullok
auth required pam_permit.so" >"$scratch/pam.d/test"
	says_no login bea 000000 && ends 0 resume bea
	# nullok is not for names that the host does not know.
	give_service
}
check 'suspend__refuses_with_nullok' with_nullok
not_adopted() {
	echo "otpauth://totp/x?secret=$secret" | (umask 077; cat >"$store/seed/cyd")
	untouched 1 suspend cyd && says 'otp-enroll adopt cyd' &&
	    ends 0 adopt cyd && ends 0 suspend cyd
}
check 'suspend__of_what_is_not_adopted_says_how' not_adopted
# --- Exemptions ---

# The module ignores, and the next line lets in.
echo "auth required $PAM_OTP_SO conf=$conf
auth required pam_permit.so" >"$scratch/pam.d/test"
check 'exempt__needs_an_end_and_a_reason' untouched 2 exempt dan
check 'exempt__needs_a_reason' untouched 2 exempt dan --until=8h
check 'exempt__needs_an_end' untouched 2 exempt dan --reason=x
check 'exempt__ends_or_begins' \
    untouched 2 exempt dan --end --until=8h --reason=x
for until in '' 8 8s 0m 08h -8h 3651d 2020-01-31 2027-02-30 tomorrow; do
	check "exempt__does_not_take_\"$until\"" \
	    untouched 2 exempt dan --until="$until" --reason=x
done
check 'exempt__says_what_a_time_is' says 'such as 8h or 14d'
long=$(printf '%0127d' 0)
for text in '' "$long"0 "$(printf 'a\nb')" "$(printf 'a\033b')" \
    "$(printf 'a\177')"; do
	check 'exempt__takes_no_such_reason' \
	    untouched 2 exempt dan --until=8h --reason="$text"
done
check 'exempt__end_of_none_is_no_change' untouched 0 exempt --end dan
check 'exempt__says_that_there_was_none' shows '^dan was not exempt\.$'
exempted() {
	ends 0 exempt dan --until=8h --reason='lost phone, "12"' &&
	    shows '^dan is not asked for codes until 20..-..-.. ..:..:.. UTC\.$' &&
	    login dan 000000 >"$scratch/said" &&
	    grep -q 'result=ignored reason=exempt user=dan until=20.*Z because="lost phone, .x2212.x22"' \
		"$scratch/said" &&
	    grep -q 'You are not asked for a one-time code until 20' "$scratch/said"
}
check 'exempt__is_not_asked' exempted
exempt_status() {
	ends 3 status dan && shows '^dan: exempt$' &&
	    shows '^Exempt *until 20.* UTC (lost phone, .x2212.x22)$'
}
check 'status__of_the_exempt' exempt_status
exempt_checked() {
	enroll check dan
	shows '^warning *The exemption of dan ends soon, at 20.*: lost phone, .x2212.x22\.$' &&
	    ! shows 'not enrolled' &&
	    ends 0 exempt dan --until=14d --reason="$long" && enroll check dan
	shows '^note *dan is exempt until 20' && ! shows 'not enrolled'
}
check 'check__notes_the_exempt' exempt_checked
exempt_listed() {
	ends 0 exempt ann --until=3000d --reason=test &&
	    ends 0 status --exempt && same 2 "$(put "$out" | wc -l)" &&
	    shows '^ann  *until 20.* UTC  test$' &&
	    shows "^dan  *until 20.* UTC  $long\$" &&
	    ends 0 status --exempt --json &&
	    put "$out" | jq -es 'length == 2 and all(.exemption.active) and
		all(.exemption.until | test("^20.*Z$"))' >/dev/null
}
check 'status__exempt_lists_them' exempt_listed
check 'status__takes_one_of_these' untouched 2 status --exempt --all
check 'exempt__again_is_no_change' untouched 0 suspend cyd
exempt_suspended() {
	ends 0 suspend dan && says_no login dan 000000 >"$scratch/said" &&
	    grep -q 'reason=suspended' "$scratch/said" && ends 0 resume dan &&
	    login dan 000000
}
check 'suspend__goes_before_an_exemption' exempt_suspended
if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -I"$top_builddir" -w \
    -o "$scratch/ahead.so" "$top_srcdir/tests/tool/ahead.c" -ldl \
    2>/dev/null; then
	# in_days N ARGUMENT...: the tool, when these have passed.
	in_days() {
		days=$1
		shift
		status=0
		LD_PRELOAD=$scratch/ahead.so CLOCK_AHEAD=$((days * 86400)) \
		    "$OTP_ENROLL" --conf "$conf" "$@" >"$scratch/out" \
		    2>"$scratch/err" </dev/null || status=$?
		out=$(cat "$scratch/out")
	}
	over() {
		in_days 13 check dan && shows '^warning *The exemption of dan' &&
		    in_days 15 check dan &&
		    shows '^note *The exemption of dan ended at 20' &&
		    shows 'dan is not enrolled' && in_days 15 status --exempt &&
		    shows '^dan  *ended 20' && in_days 15 status --all &&
		    shows '^dan .*not enrolled' &&
		    in_days 15 status --json dan &&
		    put "$out" | jq -e '.exemption.active | not' >/dev/null
	}
	check 'exemption__that_ended_is_told' over
else
	skip 'exemption__that_ended_is_told' 'no preloading in this build'
fi
exempt_ended() {
	ends 0 exempt --end dan && shows '^dan is asked for codes again\.$' &&
	    says_no login dan 000000 && ends 0 status --exempt && ! shows dan &&
	    ends 0 exempt --end ann && login ann "$(code 30)"
}
check 'exempt__end_has_the_user_asked_again' exempt_ended
finish

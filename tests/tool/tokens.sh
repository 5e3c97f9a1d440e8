#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What is done with a token there is: naming it, and finding its counter.

. "$(dirname "$0")/tool.sh"

have oathtool || {
	skip 'tokens' 'oathtool is not installed'
	finish
}

give_service
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
new='new --print --no-confirm'

# typed LINES STATUS ARGUMENT...: the tool gets LINES, and ends so.
typed() {
	lines=$1
	expected=$2
	shift 2
	status=0
	put "$lines" | "$OTP_ENROLL" --conf "$conf" "$@" >"$scratch/out" \
	    2>"$scratch/err" || status=$?
	ended "$expected"
}

# enrolled ARGUMENT...: somebody new; `secret' is theirs.
enrolled() {
	# shellcheck disable=SC2086
	ends 0 $new "$@" >"$scratch/said" || return 1
	secret=$(secret_in "$out")
}

# counted FIRST [MORE]: HOTP codes of `secret', a line each.
counted() {
	oathtool --hotp -b -c "$1" -w "${2:-0}" "$secret"
}

json() {
	put "$out" | jq -e "$1" >/dev/null || { put "$out"; return 1; }
}

# --- Which token ---

enrolled --label=one --hotp ann
ann=$secret
enrolled --add --label=two ann
enrolled --add --label=two ann
enrolled --add --label=button --hotp --digits=8 ann
enrolled --label=clock --replace tic
check 'token__unnamed_of_several_is_asked_for' untouched 2 resync ann
hotp_listed() {
	says '^otp-enroll: There are several tokens\. Choose one with --token=' &&
	    test "$(put "$err" | tail -n +2)" = "  1  hotp  one
  4  hotp  button"
}
check 'token__lists_those_that_fit' hotp_listed
check 'token__ambiguous_name' untouched 2 remove --token=two ann
two_listed() {
	test "$(put "$err" | tail -n +2)" = "  2  totp  two
  3  totp  two"
}
check 'token__lists_all_of_that_name' two_listed
enrolled --label=2 --hotp num
enrolled --label=1 --hotp --add num
check 'token__label_that_is_a_number' untouched 2 remove --token=1 num
both_listed() {
	test "$(put "$err" | tail -n +2)" = "  1  hotp  2
  2  hotp  1"
}
check 'token__lists_those_of_that_number_or_label' both_listed
by_number() {
	ends 0 remove --token='#1' num && shows 'token "2" of num\.$'
}
check 'token__is_named_by_its_number_alone' by_number
check 'token__unknown_name' untouched 2 resync --token=nine ann
check 'token__lists_what_there_is' says '^  4  hotp  button$'
check 'token__of_the_wrong_kind' untouched 2 resync --token=2 ann
check 'token__says_which_kind' says 'no HOTP token "2"\. The HOTP tokens are:'
check 'token__none_of_that_kind' untouched 1 resync tic
check 'token__says_that_there_is_none' says 'There is no HOTP token'
check 'token__of_nobody_enrolled' untouched 3 resync zoe

# Where the seed cannot be read, that is said, with its line.
unreadable() {
	(umask 077 && printf '# x\nnonsense\n' >"$store/seed/uma")
	untouched 1 resync uma && says 'seed/uma:2: not an otpauth'
	result=$?
	rm "$store/seed/uma"
	return $result
}
check 'token__of_a_seed_that_cannot_be_read' unreadable

# --- Labels that nobody encoded ---

# A line that is near its longest, as other means may put it there.
raw=$(printf '%085d' 0 | sed 's/0/東/g')
raw_uri="otpauth://totp/$raw?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=$raw"
raw_label() {
	enroll status --json "$1"
	json ".tokens[0] | .label == \"$raw\" and .issuer == \"$raw\""
}
raw_kept() {
	(umask 077 && put "$raw_uri" >"$store/seed/rod")
	ends 0 adopt rod && ends 0 recovery --print rod && raw_label rod &&
	    ends 0 new --add --print --no-confirm rod && raw_label rod &&
	    ends 0 remove --token=2 rod && raw_label rod
}
check 'label__unencoded_and_long_is_kept_by_every_change' raw_kept
raw_imported() {
	typed "$raw_uri" 0 import rex && raw_label rex
}
check 'label__unencoded_and_long_is_imported' raw_imported
raw_shown() {
	ends 0 show --uri --print rod && same "$raw_uri" "$out"
}
check 'label__unencoded_and_long_is_shown_as_it_is' raw_shown

# --- show ---

check 'show__several_and_none_named' untouched 2 show --print ann
check 'show__lists_them' says '^  3  totp  two$'
check 'show__of_nobody_enrolled' untouched 3 show --print zoe
check 'show__needs_a_terminal' untouched 2 show tic
check 'show__says_so' says '^otp-enroll: Refusing to write secrets to a file or '\
'pipe\. Add --print if you mean it\.$'
same_uri() {
	untouched 0 show --print tic &&
	    same "$(grep ^otpauth "$store/seed/tic")" "$(uri_in "$out")" &&
	    same "$(put "$out" | sed -n 's/.*secret=\([A-Z2-7]*\).*/\1/p')" \
		"$(secret_in "$out")" && ! shows '##\|█' &&
	    ! shows 'Recovery\|recovery'
}
check 'show__has_uri_and_secret_and_no_more' same_uri
uri_alone() {
	untouched 0 show --print --uri ann --token=2 &&
	    same "$(grep ^otpauth "$store/seed/ann" | sed -n 2p)" "$out" &&
	    test -z "$err"
}
check 'show__uri_is_all_there_is' uri_alone
drawn() {
	untouched 0 show --print --qr=ascii tic && shows "##"
}
check 'show__draws_a_qr_code' drawn
picture() {
	untouched 0 show --print --qr=svg tic && shows '<svg' && test -z "$err" ||
	    return 1
	[ "${PNG:-yes}" != no ] || return 0
	"$OTP_ENROLL" --conf "$conf" show --print --qr=png tic 2>/dev/null |
	    head -c 4 | grep -qa PNG
}
check 'show__a_picture_is_all_of_standard_output' picture
check 'show__uri_without_a_picture' untouched 2 show --print --uri \
    --qr=ascii tic
present_counter() {
	enrolled --hotp cub && login cub "$(counted 0)" "$(counted 6)" &&
	    untouched 0 show --print --uri cub &&
	    shows '^otpauth://hotp/.*&counter=7' &&
	    ! grep -q 'counter=7' "$store/seed/cub"
}
check 'show__hotp_has_its_present_counter' present_counter
counter_of_the_seed() {
	seed=$(sed 's/counter=0/counter=20/' "$store/seed/cub")
	put "$seed" >"$store/seed/cub"
	untouched 0 show --print --uri cub && shows '&counter=20'
}
check 'show__hotp_is_never_below_the_seed' counter_of_the_seed
unknown_counter() {
	printf '%16384d' 0 | dd of="$store/state/cub" conv=notrunc 2>/dev/null
	untouched 1 show --print --uri cub && says 'adopt --force cub' &&
	    enroll adopt --force --print cub
	untouched 1 show --print --uri cub && says 'otp-enroll resync cub'
}
check 'show__hotp_needs_a_counter_that_is_known' unknown_counter

# --- verify ---

# Where the step is not about to end, so that two readings are of one step.
settle() {
	while test $(($(date +%s) % 30)) -gt 25; do sleep 1; done
}
# timed SECONDS: the TOTP code of `secret' at a time that is so far away.
timed() {
	oathtool --totp -b --now "@$(($(date +%s) + $1))" "$secret"
}
# judged CODE STATUS ARGUMENT...: nothing is another one by it.
judged() {
	before=$(tree)
	typed "$@" && same "$before" "$(tree)"
}

enrolled --replace --label=clock --recovery=2 vera
vera=$out
right() {
	settle
	code=$(timed 0)
	judged "$code" 0 verify vera && judged "$code" 0 verify vera &&
	    shows '^Correct: a code of "clock"' && login vera "$code" &&
	    judged "$code" 1 verify vera && shows 'already used. Wait'
}
check 'verify__spends_nothing_and_knows_what_is_spent' right
slow() {
	settle
	judged "$(timed -600)" 1 verify vera &&
	    shows 'a code of "clock" 10 min ago.* 600 s slow' &&
	    judged "$(timed 7200)" 1 verify vera &&
	    shows 'a code of "clock" in .* 7200 s fast'
}
check 'verify__tells_how_far_the_clock_is_off' slow
recovery=$(codes_in "$vera" | head -n 1)
recovery_code() {
	judged "$recovery" 0 verify vera && shows 'an unused recovery code' &&
	    login vera "$recovery" && judged "$recovery" 1 verify vera &&
	    shows 'Each recovery code works once'
}
check 'verify__knows_recovery_codes' recovery_code
verify_json() {
	settle
	judged "$(timed -600)" 1 verify --json vera && json '
	    .user == "vera" and .accepted == false and .reason == "wrong" and
	    .method == "totp" and .token == "clock" and .drift == -600 and
	    .ahead == null and .counter_lost == false and .delay == 0 and
	    .locked_out == false and .version == 1 and
	    .suspended == false and (keys | length) == 12'
}
check 'verify__json' verify_json
ahead() {
	enrolled --hotp --label=button ward && ward=$secret &&
	    judged "$(counted 3)" 0 verify ward && shows '3 ahead' &&
	    judged "$(counted 60)" 1 verify ward &&
	    shows '"button" is 60 codes ahead.*otp-enroll resync ward' &&
	    login ward "$(counted 2)" && judged "$(counted 2)" 1 verify ward &&
	    shows 'already used. Press the button of "button"' &&
	    judged "$(counted 1)" 1 verify ward &&
	    shows 'showed it 2 codes' && ! judged 12345 0 verify ward &&
	    shows '6 to 8 digits'
}
check 'verify__tells_how_many_codes_ahead' ahead
# Codes of 8 digits, of which no two are equal by chance.
far=$((400 * 86400))
wrong_by_kind() {
	enrolled --digits=8 --label=long vida &&
	    judged "$(oathtool --totp -b -d 8 --now "@$(($(date +%s) + far))" \
		"$secret")" 1 verify vida &&
	    shows '^Wrong: not a code of vida within a day either way\.$' &&
	    enrolled --hotp --add --digits=8 --label=count vida &&
	    judged "$(oathtool --hotp -b -d 8 -c 5000 "$secret")" 1 verify vida &&
	    shows '^Wrong: .* nor one of the next 1000 HOTP codes\.$' &&
	    judged "$(oathtool --hotp -b -d 8 -c 5000 "$secret")" 1 \
		verify --token=count vida &&
	    shows '^Wrong: not one of the next 1000 codes of vida\.$' &&
	    ! shows 'mail or SMS'
}
check 'verify__says_what_a_code_was_compared_with' wrong_by_kind
wrong_or_sent() {
	echo 'deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:mailto:v@example.org' \
	    >>"$store/seed/vida"
	judged "$(oathtool --hotp -b -d 8 -c 5000 "$secret")" 1 verify vida &&
	    shows 'sent by mail or SMS cannot be checked here' &&
	    judged 123456 1 verify vida && ! shows 'mail or SMS'
}
check 'verify__does_not_look_at_codes_that_were_sent' wrong_or_sent
verify_waits() {
	secret=$ward
	wrong=$(counted 500)
	! login ward "$wrong" "$wrong" "$wrong" "$wrong" "$wrong" &&
	    judged "$(counted 3)" 1 verify ward && shows '^Correct: ' &&
	    shows "blocked .* [0-9]* s left, or run 'otp-enroll unlock ward'" &&
	    judged "$(counted 3)" 1 verify --json ward && json '
	    .reason == "ok" and .accepted == false and .delay > 0'
}
check 'verify__tells_of_a_wait' verify_waits
one_token() {
	secret=$ann
	judged "$(counted 1)" 0 verify ann &&
	    judged "$(counted 1)" 1 verify --token=2 ann &&
	    judged "$(counted 1)" 0 verify --token=one --json ann &&
	    json '.token == "one" and .ahead == 1'
}
check 'verify__by_the_token_that_is_named' one_token
check 'verify__of_nobody_enrolled' judged 123456 3 verify zoe
check 'verify__does_not_ask_then' untouched 3 verify zoe
nothing_asked() {
	! says 'Code:'
}
check 'verify__asks_nothing_in_vain' nothing_asked
check 'verify__takes_no_code_as_an_argument' untouched 2 verify vera 123456

# --- resync ---

secret=$ann
in_step() {
	typed "$(counted 700 1)" 0 resync ann --token=one &&
	    shows '^"one" is synchronised again\.$' || return 1
	! login ann "$(counted 700)" && ! login ann "$(counted 701)" &&
	    login ann "$(counted 702)"
}
check 'resync__goes_on_behind_two_successive_codes' in_step
not_back() {
	typed "$(counted 700 1)" 1 resync ann --token=1 &&
	    says 'not two consecutive codes of this device' && ! login ann "$(counted 701)"
}
check 'resync__never_goes_back' not_back
too_far() {
	typed "$(counted 1800 1)" 1 resync ann --token=1 &&
	    ! login ann "$(counted 1802)"
}
check 'resync__finds_nothing_too_far_ahead' too_far
wrong_order() {
	enroll unlock ann
	typed "$(counted 801)
$(counted 800)" 1 resync ann --token=1 && login ann "$(counted 703)"
}
check 'resync__takes_no_pair_in_the_wrong_order' wrong_order
lengths() {
	before=$(tree)
	typed "$(counted 704 1)" 1 resync ann --token=button &&
	    says 'not codes of this device: their length is wrong' && same "$before" "$(tree)"
}
check 'resync__says_that_a_code_has_another_length' lengths
one_line() {
	before=$(tree)
	typed "$(counted 704)" 1 resync ann --token=1 &&
	    says 'No code was entered' && same "$before" "$(tree)"
}
check 'resync__needs_both' one_line
waits() {
	enroll unlock ann
	for i in 1 2 3 4 5; do
		typed "000000
000000" 1 resync ann --token=1 || return 1
	done
	typed "$(counted 900 1)" 1 resync ann --token=1 &&
	    says 'otp-enroll unlock ann' && ends 0 unlock ann &&
	    typed "$(counted 900 1)" 0 resync ann --token=1
}
check 'resync__counts_wrong_pairs_and_says_how_the_wait_ends' waits
only_one() {
	enrolled --hotp pat && typed "$(counted 50 1)" 0 resync pat &&
	    login pat "$(counted 52)"
}
check 'resync__needs_no_name_where_there_is_one_hotp_token' only_one
never_in_arguments() {
	untouched 2 resync pat 123456
}
check 'resync__takes_no_code_as_an_argument' never_in_arguments

# --- adopt --from: names that no host has, since a user is not a former name ---

renamed() {
	enrolled --hotp otp-old && login otp-old "$(counted 0)" &&
	    seed=$(cat "$store/seed/otp-old") &&
	    ends 0 adopt otp-new --from=otp-old &&
	    shows '^otp-new now has the tokens of otp-old' &&
	    same "$seed" "$(cat "$store/seed/otp-new")" || return 1
	! login otp-new "$(counted 0)" && login otp-new "$(counted 1)" &&
	    ! login otp-old "$(counted 2)" && ends 3 status otp-old &&
	    ends 0 status otp-new
}
check 'adopt_from__gives_the_new_name_what_the_former_one_had' renamed
check 'adopt_from__of_a_name_that_has_nothing' untouched 3 adopt otp-other \
    --from=otp-old
check 'adopt_from__says_whose' says '^otp-enroll: otp-old is not enrolled'
check 'adopt_from__to_somebody_enrolled' untouched 4 adopt vera --from=otp-new
check 'adopt_from__of_oneself' untouched 2 adopt otp-new --from=otp-new
check 'adopt_from__of_all' untouched 2 adopt --all --from=otp-new
check 'adopt_from__of_nobody' untouched 2 adopt carl --from=
check 'adopt_from__of_a_name_that_is_in_use' untouched 1 adopt otp-other \
    --from="$user"
check 'adopt_from__says_so' says 'is a user on this host, not a former name'
back_again() {
	ends 0 adopt otp-old --from=otp-new && ! login otp-old "$(counted 1)" &&
	    login otp-old "$(counted 2)"
}
check 'adopt_from__and_back_again' back_again
stateless() {
	mv "$store/seed/otp-old" "$store/seed/otp-moved"
	untouched 1 adopt otp-new --from=otp-moved && says 'otp-enroll adopt otp-new'
	mv "$store/seed/otp-moved" "$store/seed/otp-old"
}
check 'adopt_from__needs_a_state' stateless
other_uid() {
	untouched 1 adopt "$user" --from=otp-old && says 'add --force' &&
	    ends 0 adopt "$user" --from=otp-old --force &&
	    login "$user" "$(counted 3)"
}
check 'adopt_from__takes_another_uid_by_force' other_uid

finish

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Every command of otp-enroll, as scripts use it.

. "$(dirname "$0")/tool.sh"

give_service
new='new --print --no-confirm'

# json FILTER: of what was shown last; true if it gives true.
json() {
	put "$out" | jq -e "$1" >/dev/null || { put "$out"; return 1; }
}

# --- init ---

check 'init__makes_a_store' ends 0 init
check 'init__says_so' shows "^Created the store $store\.$"
made() {
	test "$(stat -c %a "$store")" = 700 &&
	    test "$(cat "$store/.store")" = 'pam_otp store 1' &&
	    test -d "$store/seed" && test -d "$store/state"
}
check 'init__makes_folders_and_marker' made
check 'init__is_content_with_one' untouched 0 init
check 'init__says_that_there_is_one' shows 'already exists'

# --- new ---

# shellcheck disable=SC2086
check 'new__without_confirmation' ends 0 $new alice
plain() {
	host=$(uname -n | cut -d. -f1)
	secret=$(secret_in "$out")
	test ${#secret} = 32 &&
	    same "otpauth://totp/$host:alice?secret=$secret&issuer=$host" \
		"$(uri_in "$out")"
}
check 'new__leaves_defaults_out_of_the_uri' plain
groups() {
	put "$out" | grep -Eqx '  Key     ( [A-Z2-7]{4}){8}'
}
check 'new__shows_the_secret_in_groups_of_four' groups
ten_codes() {
	test "$(codes_in "$out" |
	    grep -Ecx '([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}')" = 10
}
check 'new__shows_ten_recovery_codes' ten_codes
check 'new__says_that_it_is_active' shows '^alice is set up\. '
no_qr() {
	! put "$out" | grep -q '#\|█'
}
check 'new__prints_no_qr_where_there_is_no_terminal' no_qr

code_works() {
	code=$(oathtool --totp -b "$(secret_in "$out")") || return 1
	login alice "$code"
}
check 'new__gives_codes_that_log_in' code_works
recovery_works() {
	code=$(codes_in "$out" | head -n 1)
	login alice "$code"
}
check 'new__gives_recovery_codes_that_log_in' recovery_works

# shellcheck disable=SC2086
check 'new__twice_is_4' untouched 4 $new alice
check 'new__twice_names_the_ways_out' says '--add .* --replace'

# shellcheck disable=SC2086
added() {
	ends 0 $new --add alice || return 1
	test -z "$(put "$out" | grep -i 'recovery codes for')" &&
	    test "$(grep -c ^otpauth "$store/seed/alice")" = 2 &&
	    test "$(grep -c ^recovery "$store/seed/alice")" = 10
}
check 'new__adds_a_token_and_keeps_the_recovery_codes' added
check 'new__added_token_logs_in' code_works
# shellcheck disable=SC2086
replaced() {
	old=$(cat "$store/seed/alice")
	ends 0 $new --replace --recovery=3 alice || return 1
	test "$(grep -c ^otpauth "$store/seed/alice")" = 1 &&
	    test "$(grep -c ^recovery "$store/seed/alice")" = 3 &&
	    ! put "$old" | grep -qxFf "$store/seed/alice"
}
check 'new__replaces_all_there_is' replaced
# shellcheck disable=SC2086
added_first() {
	ends 0 $new --add --totp ann &&
	    test "$(grep -c ^recovery "$store/seed/ann")" = 10
}
check 'new__add_to_nothing_is_a_first_one' added_first
# shellcheck disable=SC2086
check 'new__without_recovery_codes' ends 0 $new --recovery=0 amy

# parameters WORDS OATHTOOL...: the URI has them, and the code logs in.
parameters() {
	words=$1
	name=$2
	shift 2
	# shellcheck disable=SC2086
	ends 0 $new $words "$name" || return 1
	uri_in "$out"
	code=$(oathtool -b "$@" "$(secret_in "$out")") && login "$name" "$code"
}
check 'new__sha256_of_8_digits' parameters \
    '--algorithm=sha256 --digits=8 --period=60' p1 --totp=sha256 -d 8 -s 60
check 'new__sha256_secret_has_32_bytes' \
    shows '^  URI.*secret=[A-Z2-7]\{52\}&.*algorithm=SHA256&digits=8&period=60$'
check 'new__warns_of_what_apps_ignore' shows '^Many apps'
check 'new__sha512' parameters --algorithm=SHA512 p2 --totp=sha512
check 'new__sha512_secret_has_64_bytes' shows 'secret=[A-Z2-7]\{103\}&'
check 'new__7_digits' parameters --digits=7 p3 --totp -d 7
check 'new__hotp' parameters --hotp p4 --hotp -c 0
check 'new__hotp_uri_has_its_counter' shows '^  URI .*://hotp/.*&counter=0$'
check 'new__hotp_from_a_counter' parameters '--hotp --counter=41' p5 \
    --hotp -c 41

too_easy() {
	# Ten counters of 10^6 each, five in 100,000 at most.
	for i in 1 2 3 4; do
		# shellcheck disable=SC2086
		ends 0 $new --hotp --add p4 || return 1
	done
	# shellcheck disable=SC2086
	untouched 1 $new --hotp --add p4 && says 'easy to guess' &&
	    says '--digits=8'
}
check 'new__adds_nothing_that_is_too_easy_to_guess' too_easy

lengths() {
	# shellcheck disable=SC2086
	ends 0 $new --add --digits=8 p3 && says 'differ in length'
}
check 'new__warns_of_tokens_of_several_lengths' lengths

as_json() {
	# shellcheck disable=SC2086
	ends 0 $new --json carol && json '.version == 1 and .user == "carol" and
	    (.uri | startswith("otpauth://totp/")) and
	    (.recovery_codes | length) == 10 and
	    (keys == ["recovery_codes", "uri", "user", "version"])' &&
	    code=$(oathtool --totp -b "$(put "$out" |
		jq -r '.uri | capture("secret=(?<s>[A-Z2-7]+)").s')") &&
	    login carol "$code"
}
check 'new__json_for_scripts' as_json

# --- Labels ---

# label NAME TEXT: in the store's own words it is TEXT again.
label_count=0
label() {
	label_count=$((label_count + 1))
	# shellcheck disable=SC2086
	ends 0 $new --label="$1" "label$label_count" || return 1
	uri=$(uri_in "$out")
	test "$(put "$uri" | wc -l)" = 1 || return 1
	put "$uri" | LC_ALL=C grep -q '[^ -~]' && return 1
	enroll status --json "label$label_count"
	same "$1" "$(put "$out" | jq -r '.tokens[0].label')"
}
check 'label__colon' label 'a:b:c'
check 'label__percent' label '100%25%'
check 'label__ampersand_and_question_mark' label 'a&secret=AAAA?b#c'
check 'label__quotation_mark_and_backslash' label 'a"b\\c'
check 'label__utf8' label 'Zürich·東京'
check 'label__spaces' label ' a  b '
check 'label__255_bytes' label "$(printf '%0255d' 0)"
kilobyte() {
	# shellcheck disable=SC2086
	untouched 2 $new "$1=$(printf '%01024d' 0)" long
}
check 'label__1_kib_is_refused' kilobyte --label
check 'issuer__1_kib_is_refused' kilobyte --issuer
uri_too_long() {
	each=$(printf '%0255d' 0 | sed 's/0/%/g')
	# shellcheck disable=SC2086
	untouched 2 $new --label="$each" --issuer="$each" long &&
	    says 'longer than 1023 bytes'
}
check 'label__that_makes_the_uri_too_long_is_refused' uri_too_long
issuer() {
	# shellcheck disable=SC2086
	ends 0 $new --issuer='Ex & Co' izzy &&
	    shows '^  URI      otpauth://totp/Ex%20%26%20Co:izzy?secret=[A-Z2-7]*&issuer=Ex%20%26%20Co$'
}
check 'issuer__goes_before_the_user' issuer
bare_label() {
	# shellcheck disable=SC2086
	ends 0 $new --label=izzy --replace izzy &&
	    shows '^  URI      otpauth://totp/izzy?secret=[A-Z2-7]*$'
}
check 'label__alone_makes_the_smallest_code' bare_label
qr_reads_back() {
	# shellcheck disable=SC2086
	ends 0 $new --qr=ascii --replace izzy && shows '##'
}
check 'qr__is_printed_where_asked_for' qr_reads_back

# --- status ---

check 'status__of_somebody_enrolled' ends 0 status alice
check 'status__tells_the_token' shows '1 *totp *SHA1 *6 digits *30 s *"'
check 'status__tells_recovery_codes' shows '^Recovery codes *3 of 3 left'
check 'status__tells_the_last_login' shows '^Last login *[^n].*\(ago\|now\), test'
check 'status__tells_the_chance' shows '^Guessing odds *1 in 3333 before lockout$'
check 'status__warns_of_a_high_chance' ends 0 status p4
check 'status__says_that_it_is_high' shows 'Guessing odds.*which is high'
no_secret() {
	enroll status alice
	words=$out
	enroll status --json alice
	words="$words $out"
	enroll status --all --json
	words="$words $out"
	for secret in $(sed -n 's/.*secret=\([A-Z2-7]*\).*/\1/p' \
	    "$store"/seed/*); do
		! put "$words" | grep -q "$secret" || return 1
	done
	! put "$words" | grep -q 'sha256\$'
}
check 'status__never_tells_a_secret' no_secret
status_json() {
	ends 0 status --json alice && json '
	    .user == "alice" and .enrolled and .problem == null and
	    (.tokens | length) == 1 and
	    (.tokens[0] | .number == 1 and .kind == "totp" and
		.algorithm == "SHA1" and .digits == 6 and .period == 30 and
		(.label | endswith(":alice")) and .last_used == null and
		(.created | fromdateiso8601) > 1600000000) and
	    .recovery_codes == {"left": 3, "total": 3, "expired": 0} and
	    (.last_login.time | fromdateiso8601) > 1600000000 and
	    .last_login.service == "test" and
	    .failures == {"in_a_row": 0, "in_30_days": 0} and
	    .delay == 0 and .locked_out == false and
	    (.guess_chance * 1000000 | round) == 300'
}
check 'status__json' status_json
check 'status__of_nobody_enrolled' untouched 3 status zoe
status_3() {
	enroll status --json zoe
	test $status = 3 && json '.enrolled == false and .tokens == []'
}
check 'status__json_of_nobody_enrolled' status_3
all() {
	ends 0 status --all || return 1
	test "$(put "$out" | wc -l)" = \
	    $(($(find "$store/seed" -type f | wc -l) + 1)) &&
	    shows '^alice *1 *3 of 3 *0 .*ok$'
}
check 'status__all_is_a_line_each' all
all_json() {
	ends 0 status --all --json && test "$(put "$out" | jq -r .user | sort)" = \
	    "$(find "$store/seed" -type f -printf '%f\n' | sort)"
}
check 'status__all_json_is_an_object_a_line' all_json

# A signal while the seed is put into place is kept off until the recovery codes
# were shown, which is the end.
interrupted_late() {
	status=0
	strace -qq -o "$scratch/trace" -e trace=renameat,renameat2,linkat \
	    -e inject="renameat,renameat2,linkat:signal=TERM:when=1" \
	    "$OTP_ENROLL" --conf "$conf" new --print --no-confirm late \
	    >"$scratch/out" 2>"$scratch/err" || status=$?
	cat "$scratch/trace"
	ended 0 && grep -q '^renameat' "$scratch/trace" &&
	    test -e "$store/seed/late" &&
	    test "$(codes_in "$out" | wc -l)" = 10
}
# There is no core file and no tracer from before the first secret is read.
unseen() {
	strace -qq -o "$scratch/trace" -e trace=prctl,openat,openat2 \
	    "$OTP_ENROLL" --conf "$conf" show --print late >"$scratch/out" || return 1
	sed '/PR_SET_DUMPABLE, SUID_DUMP_DISABLE) *= 0/q' "$scratch/trace" \
	    >"$scratch/before"
	cat "$scratch/trace"
	grep -q DUMPABLE "$scratch/before" && grep -q '"late"' "$scratch/trace" &&
	    ! grep -qF -e "$conf" -e '"late"' "$scratch/before"
}
if [ -z "${INSTRUMENTED-}" ] && have strace &&
    strace -qq -o /dev/null -e trace=none true 2>"$scratch/said"; then
	check 'new__signal_does_not_come_between_change_and_recovery_codes' \
	    interrupted_late
	check 'show__is_not_dumped_or_traced' unseen
else
	skip 'new__signal_does_not_come_between_change_and_recovery_codes' \
	    'nothing can be traced here'
	skip 'show__is_not_dumped_or_traced' 'nothing can be traced here'
fi

# --- Failures, waits, locks ---

# shellcheck disable=SC2086
fails() {
	ends 0 $new --recovery=2 --hotp hal >"$scratch/said" || return 1
	hal=$out
	right=$(oathtool --hotp -b -w 20 "$(secret_in "$out")")
	wrong=0
	while put "$right" | grep -q "$(printf %06d $wrong)"; do
		wrong=$((wrong + 1))
	done
	wrong=$(printf %06d $wrong)
	login hal $wrong $wrong $wrong $wrong $wrong
	ends 0 status hal && shows '^Wrong codes *5 in a row, 5 in 30 days' &&
	    shows '^Blocked *[0-9]* s left (too many' &&
	    shows '^Last failure *[^n].*\(ago\|now\), test'
}
check 'status__tells_failures_and_the_wait' fails
fails_json() {
	ends 0 status --json hal && json '.failures.in_a_row == 5 and
	    .delay > 0 and .delay <= 30 and .last_failure.service == "test"'
}
check 'status__json_of_failures' fails_json
lacks() {
	! put "$out" | grep -E "$1"
}
# Programs that are not root have failures, waits and a lockout of their own.
others_fail() {
	for _ in 1 2 3 4 5; do
		"$top_builddir/tests/check/store_probe" other "$store" hal ||
		    return 1
	done
}
no_others() {
	ends 0 status hal && lacks 'Own programs' &&
	    ends 0 status --json hal && json '.other_callers == null'
}
check 'status__tells_of_no_other_caller_that_never_failed' no_others
others() {
	others_fail && ends 0 status hal &&
	    shows '^Own programs *5 wrong in a row, 5 in 30 days, blocked for [0-9]* s$' &&
	    shows '^Wrong codes *5 in a row, 5 in 30 days$'
}
check 'status__tells_the_failures_and_the_wait_of_other_callers' others
others_json() {
	ends 0 status --json hal && json '.other_callers.failures ==
	    {"in_a_row": 5, "in_30_days": 5} and .other_callers.delay > 0 and
	    .other_callers.locked_out == false and
	    .other_callers.last_failure.service == "i3lock" and
	    .failures.in_a_row == 5'
}
check 'status__json_of_other_callers' others_json
others_locked() {
	others_fail && configure 'lock_after = 10' virtual_users &&
	    ends 0 status hal &&
	    shows '^Own programs *10 wrong in a row, 10 in 30 days, locked out$' &&
	    lacks '^Locked out' && ends 0 status --json hal &&
	    json '.other_callers.locked_out and .locked_out == false'
	set -- $?
	configure virtual_users
	return "$1"
}
check 'status__tells_that_other_callers_are_locked_out' others_locked
unlocked() {
	ends 0 unlock hal && shows '15 failed tries cleared' &&
	    login hal "$(oathtool --hotp -b "$(secret_in "$hal")")"
}
check 'unlock__ends_a_wait' unlocked
check 'unlock__of_nothing_is_no_change' untouched 0 unlock hal
check 'unlock__says_so' shows 'was not blocked'
check 'unlock__of_nobody_enrolled' untouched 3 unlock zoe
spent_stays_spent() {
	! login hal "$(oathtool --hotp -b "$(secret_in "$hal")")"
}
check 'unlock__makes_no_code_fresh' spent_stays_spent

# --- recovery ---

renewed() {
	old=$(codes_in "$hal" | head -n 1)
	ends 0 recovery --print --count=4 hal || return 1
	fresh=$(codes_in "$out")
	test "$(put "$fresh" | wc -l)" = 4 || return 1
	! login hal "$old" || return 1
	# shellcheck disable=SC2086
	login hal $fresh
}
check 'recovery__makes_a_new_set_and_the_old_one_dead' renewed
each_once() {
	# shellcheck disable=SC2086
	! login hal "$(put "$fresh" | head -n 1)" && ends 0 status hal &&
	    shows '0 of 4 left'
}
check 'recovery__each_works_once' each_once
recovery_json() {
	ends 0 recovery --print --json hal &&
	    json '.user == "hal" and (.recovery_codes | length) == 10'
}
check 'recovery__json' recovery_json
# recoveries HOW MANY [PATTERN]: lines of the seed file.
recoveries() {
	test "$(grep -cE "^recovery:${2-}" "$store/seed/hal")" = "$1"
}
added_beside() {
	ends 0 recovery --print --count=2 hal || return 1
	old=$(codes_in "$out" | head -n 1)
	ends 0 recovery --print --add=1 --for=12h hal || return 1
	fresh=$(codes_in "$out")
	test "$(put "$fresh" | wc -l)" = 1 &&
	    shows '^It works until 20..-..-.. ..:..:.. UTC\. The old recovery codes still work\.$' &&
	    recoveries 3 && recoveries 1 '[0-9]+-[0-9]+:' || return 1
	login hal "$fresh" && ! login hal "$fresh" && login hal "$old"
}
check 'recovery__one_for_today_beside_the_old_ones' added_beside
added_up_to_a_date() {
	ends 0 recovery --print --count=0 hal || return 1
	day=$(date -u -d '+3 days' +%F)
	ends 0 recovery --print --add=2 --for="$day" hal &&
	    shows "^They work until $day 00:00:00 UTC\. " &&
	    recoveries 2 "[0-9]+-$(date -u -d "$day" +%s):"
}
check 'recovery__up_to_a_date' added_up_to_a_date
added_for_ever() {
	ends 0 recovery --print --add hal &&
	    shows '^The old recovery codes still work\.$' && recoveries 3 &&
	    login hal "$(codes_in "$out")"
}
check 'recovery__one_more_without_an_end' added_for_ever
too_many_more() {
	ends 0 recovery --print --add=13 hal && recoveries 16 &&
	    untouched 1 recovery --print --add=1 --for=1h hal &&
	    says "'otp-enroll recovery hal'"
}
check 'recovery__never_more_than_16' too_many_more
past_its_end() {
	ends 0 recovery --print --count=0 hal && sleep 2 &&
	    ends 0 recovery --print --add=1 --for=30m hal || return 1
	fresh=$(codes_in "$out")
	made=$(sed -n 's/^recovery:\([0-9]*\)-.*/\1/p' "$store/seed/hal")
	sed -i "s/^\(recovery:[0-9]*\)-[0-9]*:/\1-$((made + 1)):/" \
	    "$store/seed/hal"
	while [ "$(date +%s)" -le "$((made + 1))" ]; do sleep 0.2; done
	! login hal "$fresh" && ends 0 status hal &&
	    shows '0 of 1 left, 1 expired$' && ends 0 status --json hal &&
	    json '.recovery_codes == {"left": 0, "total": 1, "expired": 1}' &&
	    ends 0 recovery --print --add=1 --for=30m hal && recoveries 1 &&
	    login hal "$(codes_in "$out")"
}
check 'recovery__past_its_end_is_refused_and_goes' past_its_end
wrong_additions() {
	for wrong in '--for=12h' '--add=1 --for=12' '--add=1 --for=0h' \
	    '--add=1 --for=2020-01-31' '--add=1 --for=2027-02-30' \
	    '--add=0' '--add=17' '--add=1 --count=2' '--add=1 --for=4000d'; do
		# shellcheck disable=SC2086
		untouched 2 recovery --print $wrong hal || return 1
	done
	untouched 2 new --add=1 --print hal
}
check 'recovery__wrong_additions_are_refused' wrong_additions
no_recovery() {
	ends 0 recovery --print --count=0 hal &&
	    ! grep -q ^recovery "$store/seed/hal"
}
check 'recovery__none_at_all' no_recovery
check 'recovery__of_nobody_enrolled' untouched 3 recovery --print zoe

# --- init ---

# A host with SELinux, as far as /sys tells.
init_with_labels() {
	mkdir "$scratch/labelled" && echo "store = $scratch/labelled/store" \
	    >"$scratch/labelled/conf" || return 1
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t tmpfs none /sys/fs &&
	    mkdir /sys/fs/selinux && echo 1 >/sys/fs/selinux/enforce &&
	    "$@"' - "$OTP_ENROLL" --conf "$scratch/labelled/conf" init \
	    >"$scratch/out" 2>"$scratch/err" || return 1
	out=$(cat "$scratch/out") err=$(cat "$scratch/err")
	shows '^Created' && says "restorecon -Rv $scratch/labelled/store"
}
if unshare --mount mount -t tmpfs none /sys/fs 2>/dev/null; then
	check 'init__says_what_selinux_wants' init_with_labels
else
	skip 'init__says_what_selinux_wants' 'no mount can be made here'
fi

# --- remove ---

# shellcheck disable=SC2086
by_name() {
	ends 0 $new --label=one ray && ends 0 $new --add --label=two ray &&
	    ends 0 $new --add --label=3 ray && ends 0 $new --add --label=3 ray \
	    >"$scratch/said" || return 1
	ends 0 remove --token=two ray && shows '"two" of ray\.$' &&
	    ends 0 remove --token=1 ray && shows '"one" of ray\.$' &&
	    ends 0 status --json ray &&
	    json '[.tokens[].label] == ["3", "3"]'
}
check 'remove__by_label_and_by_number' by_name
check 'remove__ambiguous_name' untouched 2 remove --token=3 ray
both_listed() {
	says '^  1  totp  3$' && says '^  2  totp  3$'
}
check 'remove__lists_what_it_can_be' both_listed
check 'remove__no_such_token' untouched 2 remove --token=nine ray
check 'remove__lists_what_there_is' both_listed
last_one() {
	ends 0 remove --token=2 ray && ends 0 remove --token=1 ray &&
	    shows 'no longer enrolled' && ends 3 status ray
}
check 'remove__of_the_last_one_ends_it' last_one
removed() {
	ends 0 remove hal && shows 'was kept' && ends 3 status hal &&
	    test ! -e "$store/seed/hal" && test -e "$store/state/hal"
}
check 'remove__keeps_the_state' removed
check 'remove__of_nobody_enrolled' untouched 3 remove hal
check 'remove__purge' ends 0 remove --purge hal
purged() {
	test ! -e "$store/state/hal"
}
check 'remove__purge_takes_the_state' purged
spent_after_removal() {
	# shellcheck disable=SC2086
	ends 0 $new --hotp rex >"$scratch/said" || return 1
	seed=$(cat "$store/seed/rex")
	code=$(oathtool --hotp -b "$(secret_in "$out")")
	login rex "$code" && ends 0 remove rex || return 1
	(umask 077 && put "$seed" >"$store/seed/rex")
	ends 0 adopt rex && ! login rex "$code"
}
check 'remove__makes_no_code_fresh_by_an_old_seed' spent_after_removal

# --- adopt ---

provide() {
	(umask 077 && printf '%s\n' "$2" >"$store/seed/$1")
}
provide tim 'otpauth://totp/h:tim?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
check 'status__of_a_seed_without_state' ends 1 status tim
check 'status__says_what_to_do_about_it' says 'otp-enroll adopt tim'
status_no_state() {
	enroll status --json tim
	json '.enrolled and .problem.reason == "no-state"'
}
check 'status__json_of_a_seed_without_state' status_no_state
unlock_no_state() {
	untouched 1 unlock tim && says 'otp-enroll adopt tim'
}
check 'unlock__of_a_seed_without_state' unlock_no_state
check 'adopt__takes_a_seed_over' ends 0 adopt tim
check 'adopt__says_so' shows '^tim: 1 credential adopted'
check 'adopt__twice_changes_nothing' untouched 0 adopt tim
check 'adopt__says_that_there_was_nothing' shows 'nothing to adopt'
adopted_window() {
	! login tim "$(oathtool --totp -b GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ)"
}
check 'adopt__takes_what_is_in_the_window_for_spent' adopted_window
edited() {
	echo 'otpauth://totp/tim2?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR' \
	    >>"$store/seed/tim"
	ends 1 status tim && says 'otp-enroll adopt tim' &&
	    shows 'not been adopted yet' && ends 0 adopt tim &&
	    ends 0 status tim
}
check 'adopt__takes_over_a_token_written_by_hand' edited
stale() {
	(umask 077 && for i in 2 3 4 5 6 7 A B; do
		echo "otpauth://totp/x$i?secret=GEZDGNBVGY3TQOJ$i&digits=8"
	done >"$store/seed/ted")
	# shellcheck disable=SC2086
	ends 1 $new --add ted && says 'at most 8 tokens' &&
	    says 'remove --token=NUMBER ted' && ! says 'No such file'
}
check 'new__adds_no_ninth_token' stale
rm "$store/seed/ted"
check 'adopt__of_nobody' untouched 3 adopt zoe
provide tom 'otpauth://totp/tom?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJP'
provide ugo 'otpauth://totp/ugo?secret=short'
all_of_them() {
	ends 1 adopt --all && shows '^tom: 1 credential' &&
	    says 'seed/ugo:1: .*not base32' &&
	    shows '^alice: nothing' && ends 0 status tom
}
check 'adopt__all_goes_on_after_a_bad_one' all_of_them
status_goes_on() {
	ends 1 status --all && shows '^ugo .*problem: .*not base32' &&
	    shows '^tom .*ok$' && says '1 account has a problem'
}
check 'status__all_goes_on_after_a_bad_one' status_goes_on
rm "$store/seed/ugo"

damage() {
	printf '%16384d' 0 | dd of="$store/state/$1" bs=16384 conv=notrunc \
	    2>/dev/null
}
damage alice
check 'adopt__leaves_a_damaged_state_alone' untouched 1 adopt alice
check 'adopt__points_to_force' says 'adopt --force alice'
check 'status__of_a_damaged_state' ends 1 status alice
forced() {
	old=$(grep ^recovery "$store/seed/alice")
	ends 0 adopt --force --print alice &&
	    test "$(codes_in "$out" | wc -l)" = 3 && shows 'replaced' &&
	    ends 0 status alice &&
	    ! grep -qxF "$old" "$store/seed/alice"
}
check 'adopt__force_makes_it_anew_with_new_recovery_codes' forced
# As it is when the new ones were not in force yet.
none_left() {
	for old in $(codes_in "$out"); do
		login alice "$old" || return 1
	done
	ends 0 adopt --force --print alice && shows 'codes replaced' &&
	    test "$(codes_in "$out" | wc -l)" = 3 &&
	    untouched 0 adopt --force --print alice && shows 'nothing to'
}
ends 0 recovery --print --count=3 alice >"$scratch/said"
check 'adopt__force_makes_new_recovery_codes_where_none_is_left' none_left

another_uid() {
	mv "$store/seed/tom" "$store/seed/$user"
	mv "$store/state/tom" "$store/state/$user"
	ends 1 status "$user" && says 'another account.*remove --purge' &&
	    untouched 1 adopt "$user" && ends 0 adopt --force --print "$user" &&
	    shows 'repaired' && ends 0 status "$user" &&
	    ends 0 remove --purge "$user"
}
check 'adopt__force_takes_another_uid' another_uid
seed_gone() {
	# shellcheck disable=SC2086
	ends 0 $new sue && rm "$store/seed/sue" && ends 1 status sue &&
	    says 'new --replace' && ends 1 status --all &&
	    shows '^sue .*problem: the seed is missing' &&
	    untouched 4 $new sue && untouched 4 $new --add sue &&
	    ends 0 remove sue && ends 3 status sue
}
check 'status__of_a_seed_that_is_gone' seed_gone
left_alone() {
	ends 0 adopt --all && ! says 'hal\|sue' >/dev/null
}
check 'adopt__all_passes_over_what_was_removed' left_alone
damaged_and_no_seed() {
	damage sue
	# shellcheck disable=SC2086
	ends 1 $new sue && says 'state/sue: the state file is damaged' &&
	    says 'lost for good.*remove --purge' && ! says 'No such file' &&
	    ends 0 remove --purge sue
}
check 'new__says_that_a_left_over_state_is_damaged' damaged_and_no_seed

# A counter that nobody knows any more: two codes find it.
lost_counter() {
	# shellcheck disable=SC2086
	ends 0 $new --hotp --recovery=0 lou >"$scratch/said" || return 1
	lou=$(secret_in "$out")
	damage lou
	oathtool --hotp -b -c 7 -w 1 "$lou" >"$scratch/codes"
	status=0
	"$OTP_ENROLL" --conf "$conf" adopt --force --print lou \
	    <"$scratch/codes" >"$scratch/out" 2>"$scratch/err" || status=$?
	out=$(cat "$scratch/out" "$scratch/err")
	echo "$status $out"
	test $status = 0 && shows 'synchronised again' || return 1
	! login lou "$(oathtool --hotp -b -c 8 "$lou")" &&
	    login lou "$(oathtool --hotp -b -c 9 "$lou")"
}
check 'adopt__force_asks_two_codes_for_a_lost_counter' lost_counter
still_lost() {
	damage lou
	status=0
	printf '%s\n' 000000 000001 | "$OTP_ENROLL" --conf "$conf" adopt \
	    --force --print lou >"$scratch/out" 2>"$scratch/err" || status=$?
	ended 1 && says 'No code of that token is accepted' &&
	    ! login lou "$(oathtool --hotp -b -c 10 "$lou")"
}
check 'adopt__force_fails_without_them' still_lost

# --- What cannot be written ---

full() {
	before=$(tree)
	status=0
	"$OTP_ENROLL" --conf "$conf" "$@" >/dev/full 2>"$scratch/err" ||
	    status=$?
	err=$(cat "$scratch/err")
	echo "status $status: $err"
	test $status = 1 && says 'Standard output cannot be written' &&
	    same "$before" "$(tree)"
}
# shellcheck disable=SC2086
check 'output__full_changes_nothing: new' full $new fay
# shellcheck disable=SC2086
check 'output__full_changes_nothing: new --replace' full $new --replace alice
check 'output__full_is_told: status' full status alice
check 'output__full_is_told: status --all' full status --all
check 'output__full_is_told: --help' full --help
closed() {
	before=$(tree)
	status=0
	"$OTP_ENROLL" --conf "$conf" "$@" >&- 2>"$scratch/err" || status=$?
	err=$(cat "$scratch/err")
	echo "status $status: $err"
	test $status = 1 && same "$before" "$(tree)"
}
# shellcheck disable=SC2086
check 'output__closed_changes_nothing: new' closed $new fay
check 'output__closed_is_told: status' closed status alice
silent() {
	"$OTP_ENROLL" --conf "$conf" status alice 2>&- <&- |
	    grep -q '^alice: enrolled'
}
check 'output__closed_stderr_and_stdin_do_no_harm' silent

limited() {
	before=$(tree)
	status=0
	# shellcheck disable=SC2086
	(ulimit -f 8 && exec "$OTP_ENROLL" --conf "$conf" $new --replace \
	    alice) >"$scratch/out" 2>"$scratch/err" || status=$?
	err=$(cat "$scratch/err")
	echo "status $status: $err"
	test $status = 1 && says 'file size limit' &&
	    same "$before" "$(tree)"
}
check 'store__file_size_limit_changes_nothing' limited

two_at_once() {
	for i in 1 2 3 4; do
		# shellcheck disable=SC2086
		"$OTP_ENROLL" --conf "$conf" $new --json duo \
		    >"$scratch/duo.$i" 2>/dev/null &
	done
	wait
	# What the others printed is closed by a line that says so.
	won=$(grep -L '"valid":false' "$scratch"/duo.? | xargs cat)
	test "$(put "$won" | wc -l)" = 1 || { put "$won"; return 1; }
	grep -qxF "$(put "$won" | jq -r .uri)" "$store/seed/duo" &&
	    test "$(wc -l <"$store/seed/duo")" = 11 &&
	    login duo "$(put "$won" | jq -r '.recovery_codes[0]')"
}
check 'new__several_at_once_one_wins_whole' two_at_once

# A pipe without end, and without a line.
endless() {
	status=0
	yes | tr -d '\n' 2>/dev/null | timeout 60 "$OTP_ENROLL" --conf "$conf" \
	    new --print --qr=none endless >"$scratch/out" 2>"$scratch/err" ||
	    status=$?
	cat "$scratch/err"
	test $status = 1 && ! test -e "$store/seed/endless"
}
check 'new__endless_input_is_no_answer' endless

# --- The audit line ---

if [ -z "${INSTRUMENTED-}" ] && $CC -shared -fPIC -I"$top_builddir" -w -o "$scratch/audit.so" \
    "$top_srcdir/tests/tool/audit.c" 2>/dev/null; then
	audit() {
		wanted=$1
		shift
		: >"$scratch/audit"
		AUDIT_LOG=$scratch/audit LD_PRELOAD=$scratch/audit.so \
		    SUDO_UID=4711 "$OTP_ENROLL" --conf "$conf" "$@" \
		    >"$scratch/out" 2>&1 </dev/null
		cat "$scratch/audit"
		# LOG_AUTHPRIV | LOG_NOTICE
		same "<85>$wanted" "$(cat "$scratch/audit")"
	}
	by="by=$(id -u) sudo_uid=4711"
	# shellcheck disable=SC2086
	{
		check 'audit__enrolled' audit \
		    "action=enrolled user=otp-test-a $by token=\"v\"" \
		    $new --label=v otp-test-a
		check 'audit__added' audit \
		    "action=added user=otp-test-a $by token=\"w\\x22x\"" \
		    $new --add --label='w"x' otp-test-a
		check 'audit__replaced' audit \
		    "action=replaced user=otp-test-a $by token=\"v\"" \
		    $new --replace --label=v otp-test-a
		check 'audit__has_the_uid' audit \
		    "action=enrolled user=$user uid=$(id -u) $by token=\"v\"" \
		    $new --label=v "$user"
	}
	check 'audit__recovery' audit "action=recovery-renewed user=otp-test-a $by" \
	    recovery --print otp-test-a
	# shellcheck disable=SC2086
	unlocked_again() {
		enroll $new --hotp --replace otp-test-a
		wrong=$(oathtool --hotp -b -c 30 "$(secret_in "$out")")
		! login otp-test-a "$wrong" &&
		    audit "action=unlocked user=otp-test-a $by" unlock otp-test-a
	}
	check 'audit__unlocked' unlocked_again
	check 'audit__suspended' audit \
	    "action=suspended user=otp-test-a $by" suspend otp-test-a
	exempted() {
		audit x exempt otp-test-a --until=2027-01-31 --reason='a "b"'
		same "<85>action=exempted user=otp-test-a $by until=2027-01-31T00:00:00Z because=\"a \\x22b\\x22\"" \
		    "$(cat "$scratch/audit")"
	}
	check 'audit__exempted' exempted
	check 'audit__exemption_ended' audit \
	    "action=exemption-ended user=otp-test-a $by" exempt --end otp-test-a
	check 'audit__resumed' audit \
	    "action=resumed user=otp-test-a $by" resume otp-test-a
	enroll new --print --no-confirm --replace --label=v otp-test-a
	check 'audit__address_added' audit \
	    "action=address-added user=otp-test-a $by address=\"o***@example.org\"" \
	    address otp-test-a --no-confirm --add=otp@example.org
	check 'audit__address_removed' audit \
	    "action=address-removed user=otp-test-a $by address=\"o***@example.org\"" \
	    address otp-test-a --remove=1
	check 'audit__shown' audit "action=shown user=otp-test-a $by token=\"v\"" \
	    show --print otp-test-a
	check 'audit__removed_token' audit \
	    "action=removed user=otp-test-a $by token=\"v\"" remove --token=1 otp-test-a
	check 'audit__purged' audit "action=purged user=otp-test-a $by" \
	    remove --purge otp-test-a
	provide otp-test-a 'otpauth://totp/v?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
	check 'audit__adopted' audit "action=adopted user=otp-test-a $by" adopt otp-test-a
	check 'audit__adopted_from' audit \
	    "action=adopted user=otp-test-b $by from=\"otp-test-a\"" adopt --from=otp-test-a otp-test-b
	check 'audit__removed' audit "action=removed user=otp-test-b $by" \
	    remove otp-test-b
	unaudited() {
		audit '' "$@"
		test ! -s "$scratch/audit"
	}
	check 'audit__nothing_of_what_was_refused' unaudited remove zoe
	check 'audit__nothing_of_what_was_only_looked_at' unaudited status alice
else
	skip 'audit' 'no preloading in this build'
fi

# --- Names that look like another's ---

# Virtual users are whoever is named: not by a character that is not seen.
invisible() {
	for name in "ali$(printf '\342\200\213')ce" "alice$(printf '\302\240')" \
	    'alice ' ' alice' "al$(printf '\342\200\256')ice" "ali$(printf '\t')ce"; do
		for command in 'new --print --no-confirm' status show verify \
		    recovery remove unlock devices resync adopt import; do
			# shellcheck disable=SC2086
			untouched 2 $command "$name" &&
			    says 'contains a blank at an end or an invisible' ||
			    return 1
		done
	done
	# shellcheck disable=SC2086
	ends 0 $new 'John Smith' && ends 0 remove --purge 'John Smith'
}
check 'name__with_an_invisible_character_is_refused' invisible

finish

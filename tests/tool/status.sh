#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# `status' for scripts: what it prints is what its schema says; and what the
# store has of accounts that are no more.

. "$(dirname "$0")/tool.sh"

have jq && have oathtool || {
	skip 'status' 'jq or oathtool is missing'
	finish
}
schema=$top_srcdir/contrib/status.schema.json
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
give_service

# flaws OF FILE: what of its lines is not as the schema has it.
flaws() {
	jq -rs --argjson schema "$(cat "$schema")" --arg of "$1" \
	    --argjson strict "${strict:-true}" \
	    -f "$top_srcdir/tests/tool/schema.jq" "$2"
}

# fits OF ARGUMENT...: all lines of it, of which there is one at least.
fits() {
	of=$1
	shift
	enroll "$@" --json
	put "$out" | tee "$scratch/json"
	put "$err"
	test -n "$out" && empty flaws "$of" "$scratch/json"
}

new='new --print --no-confirm'
# shellcheck disable=SC2086
{
	enroll $new ann
	ann=$(secret_in "$out")
	check 'schema__of_a_new_token' fits account status ann
	login ann "$(oathtool --totp -b "$ann")" >/dev/null 2>&1
	enroll $new --hotp --recovery=0 --label="$(printf 'aü"')" ben
	ben=$(secret_in "$out")
	login ben "$(oathtool --hotp -b "$ben")" >/dev/null 2>&1
	check 'schema__of_a_totp_token_that_was_used' fits account status ann
	check 'schema__has_seen_a_drift' grep -q '"drift":[-0-9]' \
	    "$scratch/json"
	check 'schema__of_a_hotp_token_that_was_used' fits account status ben
	check 'schema__has_seen_a_login' grep -q '"service":"test"' \
	    "$scratch/json"
	code=$(oathtool --hotp -b -c 100 "$ben")
	login ben "$code" "$code" "$code" "$code" "$code" >/dev/null 2>&1
	check 'schema__of_a_wait' fits account status ben
	check 'schema__has_seen_a_wait' grep -q '"delay":[1-9]' "$scratch/json"
	enroll $new --digits=8 --algorithm=sha512 --period=60 cem
	for i in 1 2 3 4 5 6 7; do
		enroll $new --add --digits=8 --algorithm=sha256 cem
	done
}
check 'schema__of_eight_tokens' fits account status cem
check 'schema__of_nobody_enrolled' fits account status zoe
(umask 077 && echo 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ' \
    >"$store/seed/dan")
(umask 077 && printf '%s\n' \
    'deliver:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ:mailto:ivy@example.org' \
    'deliver:MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U:sms:+491701234567' \
    'deliver:MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43V:signal:ivy' >"$store/seed/ivy")
enroll adopt ivy
addresses() {
	ends 0 status ivy && shows '^ivy: enrolled$' &&
	    shows '^Address *1  mail  i\*\*\*@example.org$' &&
	    shows '^Address *2  sms  +49\*\*\*567$' &&
	    shows '^Address *3  signal  signal:\*\*\*$' &&
	    says_no grep -qE 'GEZD|MFRG|ivy@|12345' "$scratch/out"
}
check 'status__shows_addresses_masked' addresses
check 'schema__of_addresses_alone' fits account status ivy
check 'schema__has_seen_a_masked_address' grep -qF \
    '"addresses":[{"number":1,"method":"mail","masked":"i***@example.org"}' \
    "$scratch/json"
enroll remove ivy
check 'schema__of_a_seed_without_state' fits account status dan
(umask 077 && echo 'nonsense' >"$store/seed/eva")
check 'schema__of_a_seed_not_understood' fits account status eva
enroll new --print --no-confirm fay
rm "$store/seed/fay"
check 'schema__of_a_seed_that_is_gone' fits account status fay
check 'schema__has_seen_that_it_is_gone' grep -q '"reason":"no-seed"' \
    "$scratch/json"
enroll new --print --no-confirm gil
printf '%16384d' 0 | dd of="$store/state/gil" bs=16384 conv=notrunc 2>/dev/null
check 'schema__of_a_damaged_state' fits account status gil
check 'schema__of_all_of_them' fits account status --all
all_lines() {
	test "$(wc -l <"$scratch/json")" = 8
}
check 'schema__has_seen_all_of_them' all_lines

# --- The check itself can fail, with each rule ---

enroll status --json cem
put "$out" >"$scratch/good"
broken() {
	jq -c "$1" "$scratch/good" >"$scratch/broken" &&
	    ! cmp -s "$scratch/good" "$scratch/broken" &&
	    says_no empty flaws account "$scratch/broken"
}
for change in '.extra = 1' '.version = 2' 'del(.version)' 'del(.delay)' '.delay = "3"' '.delay = 1.5' \
    '.delay = -1' '.user = ""' '.user = null' '.enrolled = 1' \
    '.tokens[1].extra = 1' 'del(.tokens[7].drift)' \
    '.tokens[0].kind = "sms"' '.tokens[0].digits = 9' \
    '.tokens[2].created = "today"' '.tokens += [.tokens[0]]' \
    '.problem = {}' '.last_login = {"time": null}' '.failures = null' \
    '.recovery_codes.left = 17' 'del(.recovery_codes.expired)' '.guess_chance = "1"'; do
	check "schema__refuses $change" broken "$change"
done
later() {
	jq -c '.extra = 1 | .tokens[1].extra = [] | .failures.extra = null' \
	    "$scratch/good" >"$scratch/later" || echo "jq failed"
	strict=false
	flaws account "$scratch/later"
	strict=true
}
check 'schema__admits_keys_of_later_releases' empty later
words() {
	jq '."$defs".account.properties.delay.multipleOf = 2' \
	    "$contrib/status.schema.json" >"$scratch/schema"
	schema=$scratch/schema
	says_no empty flaws account "$scratch/good"
}
contrib=$top_srcdir/contrib
check 'schema__words_that_are_not_checked_are_told' words
schema=$contrib/status.schema.json

# documented: each key of the schema stands in the page.
undocumented() {
	sed -n '/^\.Sh STATUS FOR SCRIPTS/,/^\.Sh FILES/p' \
	    "$top_srcdir/man/otp-enroll.1" >"$scratch/section"
	jq -r '."$defs"[] | .properties // {} | keys[]' "$schema" |
	    sort -u | while read -r key; do
		grep -qwF -- "$key" "$scratch/section" || echo "$key"
	done
}
check 'schema__is_in_the_page' empty undocumented

# --- Names without an account ---

orphans_of() {
	put "$out" | jq -r '[.user, .orphan, .enrolled, .account] | @tsv'
}
unknowable() {
	ends 1 status --orphans && says 'virtual_users' && test -z "$out"
}
check 'orphans__cannot_be_known_with_virtual_users' unknowable
rm -f "$store"/seed/* "$store"/state/*
# (Names that no host has.)
enroll new --print --no-confirm otp-hal
enroll new --print --no-confirm otp-ida
enroll remove otp-ida
configure
enroll new --print --no-confirm "$user"
others() {
	ends 0 status --orphans --json && same "otp-hal	gone	true	
otp-ida	gone	false	" "$(orphans_of | sort)"
}
check 'orphans__are_names_that_nobody_has' others
for_people() {
	ends 0 status --orphans &&
	    shows '^otp-hal *enrolled *no account has that name$' &&
	    shows '^otp-ida *not enrolled *no account' && test "$(put "$out" | wc -l)" = 2
}
check 'orphans__for_people' for_people
check 'orphans__schema' fits orphan status --orphans
# Who has no account can be taken away all the same; `status' said who it is.
cleared() {
	ends 0 remove otp-hal && test ! -e "$store/seed/otp-hal" &&
	    test -e "$store/state/otp-hal" &&
	    ends 0 remove --purge otp-hal && test ! -e "$store/state/otp-hal" &&
	    ends 0 remove --purge otp-ida && ends 0 status --orphans &&
	    shows 'Every name'
}
check 'orphans__can_be_removed' cleared
check 'orphans__are_in_the_store' untouched 1 remove --purge otp-hal
left_uid() {
	ends 0 new --print --no-confirm "$user" --replace &&
	    mv "$store/seed/$user" "$store/seed/otp-hal" &&
	    mv "$store/state/$user" "$store/state/otp-hal" &&
	    ends 0 remove otp-hal && ends 0 remove --purge otp-hal &&
	    ends 0 new --print --no-confirm "$user"
}
check 'orphans__of_another_uid_can_be_removed' left_uid
# As after a state that was deleted by hand.
indexed() {
	entry=$store/uid/424242
	sed "s/^$user\$/otp-hal/" "$store/uid/$(id -u)" >"$entry"
	chmod 600 "$entry"
	grep -qx otp-hal "$entry" && untouched 1 remove otp-hal &&
	    ends 0 remove --purge otp-hal && test ! -e "$entry" &&
	    test -e "$store/uid/$(id -u)" && untouched 1 remove --purge otp-hal
}
check 'orphans__of_whom_only_the_uid_is_left_can_be_purged' indexed
renamed() {
	mv "$store/seed/$user" "$store/seed/otp-former"
	mv "$store/state/$user" "$store/state/otp-former"
	ends 0 status --orphans --json &&
	    put "$out" | jq -es "map(select(.user == \"otp-former\"))[0] |
		.orphan == \"renamed\" and .account == \"$user\" and
		.uid == $(id -u)" &&
	    fits orphan status --orphans && ends 0 status --orphans &&
	    shows "^otp-former *enrolled *the account is $user now"
}
check 'orphans__are_names_that_an_account_had' renamed
another_uid() {
	# Somebody whose uid is not ours.
	other=$(getent passwd | awk -F: -v uid="$(id -u)" '$3 != uid {
		print $1; exit }')
	mv "$store/seed/otp-former" "$store/seed/$other"
	mv "$store/state/otp-former" "$store/state/$other"
	ends 0 status --orphans --json &&
	    put "$out" | jq -es "map(select(.user == \"$other\"))[0] |
		.orphan == \"uid\" and .uid == $(id -u)" &&
	    fits orphan status --orphans
}
check 'orphans__are_accounts_of_another_uid' another_uid
none() {
	rm -f "$store"/seed/* "$store"/state/*
	enroll new --print --no-confirm "$user"
	ends 0 status --orphans && shows 'Every name' &&
	    ends 0 status --orphans --json && test -z "$out"
}
check 'orphans__none' none
check 'orphans__exclude_all' untouched 2 status --orphans --all
check 'orphans__exclude_a_user' untouched 2 status --orphans "$user"

# --- As many as there are ---

# peak: the memory of `status --all', in KiB.
peak() {
	"$top_builddir/tests/tool/peak" "$OTP_ENROLL" --conf "$conf" \
	    status --all 2>&1 >"$scratch/all"
}
constant() {
	configure virtual_users
	few=$(peak)
	for i in $(seq 3000); do
		cp -p "$store/seed/$user" "$store/seed/many$i"
	done
	many=$(peak)
	put "$few KiB for one, $many KiB for 3001"
	test "$(wc -l <"$scratch/all")" = 3002 && test "$few" -gt 0 &&
	    test "$many" -lt $((few + 600))
}
if [ -z "${INSTRUMENTED-}" ] && [ -x "$top_builddir/tests/tool/peak" ]; then
	check 'status__all_needs_no_more_memory_for_more_accounts' constant
else
	skip 'status__all_needs_no_more_memory' 'not in this build'
fi
finish

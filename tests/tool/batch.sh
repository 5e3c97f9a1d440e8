#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# `new --batch': lists of users, what is handed out of each, and when.

. "$(dirname "$0")/tool.sh"

have jq && have oathtool || {
	skip 'batch' 'jq or oathtool is missing'
	finish
}
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"
give_service

# batch STATUS LINE...: that list; `out' and `err' are what it said.
batch() {
	expected=$1
	shift
	printf '%s\n' "$@" >"$scratch/list"
	status=0
	"$OTP_ENROLL" --conf "$conf" new --batch="$scratch/list" --print \
	    $options >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
	ended "$expected"
}
options=

# counted ENROLLED BEFORE FAILED: its last line.
counted() {
	says "^$1 enrolled, $2 already enrolled, $3 failed\.$"
}

# names: who was given something.
names() {
	put "$out" | jq -r .user | tr '\n' ' '
}

# given USER FILTER: of the line of that user.
given() {
	put "$out" | jq -es "map(select(.user == \"$1\")) | length == 1 and
	    (.[0] | $2)" >/dev/null
}

# enters USER: the code and a recovery code that were given log in.
enters() {
	uri=$(put "$out" | jq -r "select(.user == \"$1\") | .uri")
	secret=$(put "$uri" | sed 's/.*secret=\([A-Z2-7]*\).*/\1/')
	case $uri in
	*//hotp/*) code=$(oathtool --hotp -b "$secret") ;;
	*) code=$(oathtool --totp -b "$secret") ;;
	esac
	login "$1" "$code" &&
	    login "$1" "$(put "$out" |
		jq -r "select(.user == \"$1\") | .recovery_codes[3]")"
}

# --- CSV ---

csv() {
	batch 0 user,label,kind anna,, 'bert,"say ""hi"", bert",hotp' \
	    ' ' carl,,TOTP && test "$(names)" = 'anna bert carl ' &&
	    counted 3 0 0
}
check 'csv__enrols_everybody' csv
check 'csv__gives_the_same_object_as_new_does' given anna \
    '(keys == ["recovery_codes", "uri", "user", "version"]) and
	(.recovery_codes | length) == 10'
for name in anna bert carl; do
	check "csv__gave_what_logs_in: $name" enters $name
done
label_in() {
	enroll status --json "$1"
	same "$2" "$(put "$out" | jq -r '.tokens[0].label')"
}
check 'csv__label_has_commas_and_quotes' label_in bert 'say "hi", bert'
check 'csv__label_is_the_usual_one_by_default' label_in anna \
    "$(uname -n | cut -d. -f1):anna"
crlf() {
	printf '\357\273\277Kind,User\r\nhotp,dora\r\n,emil' >"$scratch/list"
	out=$("$OTP_ENROLL" --conf "$conf" new --print --batch=- \
	    <"$scratch/list" 2>"$scratch/err") &&
	    test "$(names)" = 'dora emil ' &&
	    given dora '.uri | contains("//hotp/")' &&
	    given emil '.uri | contains("//totp/")'
}
check 'csv__as_a_spreadsheet_writes_it_on_standard_input' crlf
bad_header() {
	for header in "$@"; do
		before=$(tree)
		batch 1 "$header" frida,x,totp && test -z "$out" &&
		    says 'The first line must name the columns' &&
		    same "$before" "$(tree)" ||
		    return 1
	done
}
check 'csv__needs_a_header' bad_header frida,x,totp user,labels,kind \
    user,user,kind label,kind user,label,kind,more '"user' 'user,'
column_named() {
	batch 1 user,labels,kind frida,x,totp &&
	    says '^otp-enroll: Line 1: "labels" is not a known column\.'
}
check 'csv__names_the_column_that_is_not_known' column_named
fourth_named() {
	batch 1 user,label,kind,email frida,x,totp,y &&
	    says 'Line 1: "email" is not a known column\.'
}
check 'csv__names_each_column' fourth_named
header_told() {
	batch 1 'user;label,kind' 'frida;x' &&
	    says '"label,kind" is not a known' || return 1
	batch 1 user,User frida,x && says 'the column "user" appears twice' ||
	    return 1
	batch 1 label x && says 'there is no column "user"' || return 1
	batch 0 ' user , label ' 'fritz,x' && test "$(names)" = 'fritz '
}
check 'csv__tells_what_is_wrong_with_the_header' header_told
# separated NAME LINE...: this user is enrolled, with a label that has a comma.
separated() {
	name=$1
	shift
	batch 0 "$@" && test "$(names)" = "$name " && counted 1 0 0 &&
	    label_in "$name" 'a,b'
}
separators() {
	tab=$(printf '\t')
	separated semi 'user;label' 'semi;a,b' &&
	    separated tabs "user${tab}label" "tabs${tab}a,b" &&
	    separated said 'sep=;' 'user;label' 'said;a,b' &&
	    separated mark "$(printf '\357\273\277sep=;')" 'label;user' \
		'a,b;mark' || return 1
	batch 1 'sep=;' 'sep;x' && says 'The first line must name the columns'
}
check 'csv__has_other_separators' separators
blank_names() {
	nbsp=$(printf '\302\240')
	before=$(tree)
	batch 1 user 'frida ' ' frida' "frida$nbsp" "$(printf 'frida\t')" &&
	    counted 0 0 4 && same "$before" "$(tree)" &&
	    says 'Line 2: the user name "frida " contains a blank at an end' &&
	    says 'Line 4: the user name "frida.xc2.xa0" contains'
}
check 'csv__refuses_names_with_blanks_around' blank_names
blank_name_json() {
	before=$(tree)
	batch 1 '{"user":"frida\u200b"}' && same "$before" "$(tree)" &&
	    says 'contains a blank at an end or an invis'
}
check 'json__refuses_names_with_blanks_around' blank_name_json

# --- Addresses ---

# has_address USER URI: that one alone, with a secret that no other has.
has_address() {
	same 1 "$(grep -c '^deliver:' "$store/seed/$1")" &&
	    grep -q "^deliver:[A-Z2-7]\{32\}:$2\$" "$store/seed/$1"
}
addresses() {
	batch 0 address,user,kind ada@example.org,ada, mailto:ben@example.org,ben,hotp \
	    ,cid, '"+49 170 1234567",dan,' && counted 4 0 0 &&
	    has_address ada mailto:ada@example.org &&
	    has_address ben mailto:ben@example.org &&
	    ! grep -q ^deliver "$store/seed/cid" &&
	    has_address dan 'sms:+491701234567' && same 3 "$(cat \
		"$store/seed/ada" "$store/seed/ben" "$store/seed/dan" |
		sed -n 's/^deliver:\([A-Z2-7]*\):.*/\1/p' | sort -u | wc -l)" &&
	    enters ada
}
addresses_json() {
	batch 0 '{"user":"eda","address":"eda@example.org"}' \
	    '{"user":"fay","address":null}' '{"user":"gil","address":""}' &&
	    has_address eda mailto:eda@example.org &&
	    ! grep -q ^deliver "$store/seed/fay" "$store/seed/gil"
}
# Of each bad one no token is handed out.
bad_addresses() {
	before=$(tree)
	batch 1 user,address hal,hal ida,ida@example.org,kai jan,+5312345678 \
	    'leo,"a@b.org?cc=c@d.org"' "mia,$(printf '%0260d' 0)" &&
	    same "$before" "$(tree)" && test -z "$out" && counted 0 0 5 &&
	    says 'Line 2: hal was not enrolled' &&
	    says 'begins with none of the prefixes' &&
	    says 'Line 5: leo was not enrolled' &&
	    says 'Line 6: the address is longer than 247 bytes'
}
configure 'virtual_users = yes' 'sms_prefixes = +49'
check 'csv__adds_addresses' addresses
check 'json__adds_addresses' addresses_json
check 'csv__refuses_bad_addresses' bad_addresses
configure 'virtual_users = yes'

# --- A bad line stops nothing ---

bad_lines() {
	long=$(printf '%05000d' 0)
	batch 1 user,label,kind gina,, gina2 'hans,"x' 'hans,x"y,' \
	    'hans,"x"y,' ,, 'hans,,motp' 'hans,,totp,' "$long" \
	    "hans,$(printf '%0256d' 0)," "$(printf '%0300d' 0),," hans,, &&
	    test "$(names)" = 'gina hans ' &&
	    counted 2 0 10
}
check 'csv__goes_on_after_a_bad_line' bad_lines
named() {
	for line in 3 4 5 6 7 8 9 10 11 12; do
		says "Line $line[: ]" >/dev/null || { put "not $line"; return 1; }
	done
	! says 'Line 2[: ]\|Line 13[: ]'
}
check 'csv__names_each_bad_line' named
# told LINE SENTENCE: of the list that was read last.
told() {
	put "$err"
	put "$err" | grep -qxF "otp-enroll: Line $1$2"
}
quotation=': a quotation mark is out of place or missing.'
check 'csv__tells_too_few_fields' told 3 ': expected 3 fields, found 1.'
check 'csv__tells_a_missing_quotation_mark' told 4 "$quotation"
check 'csv__tells_a_quotation_mark_in_a_field' told 5 "$quotation"
check 'csv__tells_text_after_a_quotation_mark' told 6 "$quotation"
check 'csv__tells_a_missing_name' told 7 ' has no user name.'
check 'csv__tells_an_unknown_kind' told 8 \
    ': the kind is "motp", not "totp" or "hotp".'
check 'csv__tells_too_many_fields' told 9 ': expected 3 fields, found 4.'
check 'csv__tells_a_long_line' told 10 ' is too long.'
check 'csv__tells_a_long_label' told 11 ': the label is longer than 255 bytes.'
check 'csv__tells_a_long_name' told 12 ': the user name is too long.'
nul() {
	printf 'user\nida\0x\njan\n' >"$scratch/list"
	out=$("$OTP_ENROLL" --conf "$conf" new --print --batch="$scratch/list" \
	    2>"$scratch/err") && return 1
	err=$(cat "$scratch/err")
	test "$(names)" = 'jan ' && says 'Line 2 has a NUL byte'
}
check 'csv__nul_byte' nul

# --- JSON lines ---

json_lines() {
	batch 0 '{"user": "kai"}' \
	    '{"user":"lea","label":"L\u00e9a, \"zwei\"","kind":"hotp"}' '' \
	    '  {"kind": null, "label": null, "user": "max"}' &&
	    test "$(names)" = 'kai lea max ' &&
	    given lea '.uri | contains("//hotp/")'
}
check 'json__enrols_everybody' json_lines
check 'json__gave_what_logs_in' enters lea
check 'json__label_is_any_text' label_in lea 'Léa, "zwei"'
bad_json() {
	batch 1 '{"user": "nina"}' '{"user": "otto"' '["otto"]' \
	    '{"user": 3}' '{}' '{"user": "otto", "labl": "x"}' \
	    '{"user": "otto", "user": "nina"}' '{"user":"ot\u0000to"}' \
	    'otto,,' '{"user": "otto"}' && test "$(names)" = 'nina otto ' &&
	    counted 2 0 8
}
check 'json__goes_on_after_a_bad_line' bad_json
check 'json__tells_an_object_without_end' told 2 ' is not a JSON object.'
check 'json__tells_an_array' told 3 ' is not a JSON object.'
check 'json__tells_a_number' told 4 ': the value of "user" is not a string.'
check 'json__tells_a_missing_name' told 5 ' has no user name.'
check 'json__tells_an_unknown_key' told 6 ': "labl" is not a known key.'
check 'json__tells_a_key_that_is_there_twice' told 7 ' is not a JSON object.'

# --- Who cannot be enrolled ---

host_only() {
	configure
	batch 1 user no-such-user-here "$user"
	result=$?
	configure virtual_users
	test $result = 0 && test "$(names)" = "$user " &&
	    says 'no user "no-such-user-here"' &&
	    says 'Line 2: no-such-user-here was not enrolled'
}
check 'batch__user_unknown_to_the_host' host_only
again() {
	batch 0 user pia quin && seed=$(cat "$store/seed/pia") &&
	    batch 0 user pia rosa quin pia rosa &&
	    test "$(names)" = 'rosa ' &&
	    counted 1 4 0 &&
	    same "$seed" "$(cat "$store/seed/pia")"
}
check 'batch__is_resumed_by_running_it_again' again
with_options() {
	options='--recovery=2 --digits=8 --issuer=Example'
	batch 0 user,kind sara,hotp
	result=$?
	options=
	test $result = 0 && given sara '(.recovery_codes | length) == 2 and
	    (.uri | contains("digits=8") and contains("issuer=Example"))'
}
check 'batch__takes_the_options_for_all' with_options
# The period is of TOTP alone, and the counter of HOTP alone.
of_the_kind() {
	options='--period=60'
	batch 0 user,kind tess,totp hugh,hotp
	result=$?
	options='--hotp --counter=5'
	test $result = 0 && given tess '.uri | contains("period=60")' &&
	    given hugh '.uri | contains("//hotp/") and (contains("period") |
		not)' && batch 0 user,kind tilo,totp hedy,
	result=$?
	options=
	test $result = 0 &&
	    given tilo '.uri | contains("//totp/") and (contains("counter") |
		not)' && given hedy '.uri | contains("counter=5")'
}
check 'batch__takes_of_the_options_what_fits_the_kind' of_the_kind

# --- Before it is in force ---

# The line comes first: while nobody reads it, nothing is in force.
unread() {
	mkfifo "$scratch/fifo" || return 1
	exec 8<>"$scratch/fifo"
	# A pipe that is full: 64 KiB, or what it is here.
	dd if=/dev/zero bs=4096 count=1000 oflag=nonblock >&8 2>/dev/null
	printf 'user\ntina\n' >"$scratch/list"
	"$OTP_ENROLL" --conf "$conf" new --print --batch="$scratch/list" >&8 \
	    2>"$scratch/err" 8>&- &
	pid=$!
	# Until it waits there.
	for i in $(seq 100); do
		grep -q 'pipe' "/proc/$pid/wchan" 2>/dev/null && break
		case $(cut -d' ' -f3 "/proc/$pid/stat") in
		S) test "$i" -gt 20 && break ;;
		esac
		sleep 0.05
	done
	before=$(ls "$store/seed")
	kill -KILL $pid
	wait $pid 2>/dev/null
	exec 8>&-
	rm "$scratch/fifo"
	put "$before" | grep -qx tina && return 1
	ends 3 status tina
}
check 'batch__nothing_is_in_force_before_it_was_written' unread
# While secrets are in its memory its user cannot look into it: the kernel gives
# what is below /proc/PID to root then.
private() {
	mkdir -m 711 "$scratch/open" && mkfifo "$scratch/open/list" || return 1
	if [ "$(id -u)" = 0 ]; then
		chmod 711 "$scratch"
		chmod 644 "$conf"
		chown 65534 "$scratch/open/list"
		as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	else
		as=
	fi
	$as "$OTP_ENROLL" --conf "$conf" new --print \
	    --batch="$scratch/open/list" 2>"$scratch/err" &
	pid=$!
	exec 8>"$scratch/open/list"
	owner=$(stat -c %u "/proc/$pid/environ")
	exec 8>&-
	wait $pid
	cat "$scratch/err"
	test "$owner" = 0
}
if [ "$(id -u)" != 0 ] || have setpriv; then
	check 'batch__memory_is_private' private
else
	skip 'batch__memory_is_private' 'setpriv is missing'
fi
unwritten() {
	before=$(tree)
	printf 'user\nuwe\nuta\n' >"$scratch/list"
	status=0
	"$OTP_ENROLL" --conf "$conf" new --print --batch="$scratch/list" \
	    >/dev/full 2>"$scratch/err" || status=$?
	err=$(cat "$scratch/err")
	put "$err"
	test $status = 1 && says 'Line 2: uwe was not enrolled' &&
	    counted 0 0 1 && same "$before" "$(tree)"
}
check 'batch__ends_where_nothing_can_be_written' unwritten

# Killed at any call of that name, whoever is in force was given what logs in.
killed() {
	call=$1
	at=0
	while :; do
		at=$((at + 1))
		test $at -lt 400 || return 1
		rm -f "$store"/seed/k[0-9]* "$store"/state/k[0-9]*
		printf 'user,kind\nk1,hotp\nk2,hotp\n' >"$scratch/list"
		strace -qq -o "$scratch/trace" -e trace="$call" \
		    -e inject="$call:signal=KILL:when=$at" \
		    "$OTP_ENROLL" --conf "$conf" new --print --recovery=1 \
		    --batch="$scratch/list" >"$scratch/out" 2>"$scratch/err"
		for name in k1 k2; do
			test -e "$store/seed/$name" || continue
			grep -qF "$(sed -n 's/.*secret=\([A-Z2-7]*\).*/\1/p' \
			    "$store/seed/$name")" "$scratch/out" || return 1
		done
		# The last one happened to nothing.
		grep -q SIGKILL "$scratch/trace" || break
	done
	test $at -gt 2
}
if [ -z "${INSTRUMENTED-}" ] && have strace &&
    strace -qq -o /dev/null -e trace=none true 2>/dev/null; then
	# flushed ERROR STATUS: standard output fails so when it is flushed.
	flushed() {
		rm -f "$store/seed/flo"
		printf 'user\nflo\n' >"$scratch/list"
		status=0
		strace -qq -o "$scratch/trace" -e trace=fdatasync \
		    -e inject="fdatasync:error=$1:when=1" "$OTP_ENROLL" \
		    --conf "$conf" new --print --batch="$scratch/list" \
		    >"$scratch/out" 2>"$scratch/err" || status=$?
		ended "$2"
	}
	unflushed() {
		flushed EIO 1 && counted 0 0 1 && test ! -e "$store/seed/flo" &&
		    says 'Standard output cannot be written: '
	}
	check 'batch__ends_where_standard_output_cannot_be_flushed' unflushed
	for error in EINVAL EROFS EOPNOTSUPP; do
		check "batch__goes_on_where_a_flush_means_nothing: $error" \
		    flushed $error 0
	done
	for call in write pwrite64 fsync fdatasync renameat renameat2; do
		check "batch__killed_at_any_${call}_has_given_what_is_in_force" \
		    killed $call
	done
else
	skip 'batch__killed' 'nothing can be traced here'
fi

# --- Usage ---

printf 'user\nvera\n' >"$scratch/list"
check 'batch__needs_print' untouched 2 new --batch="$scratch/list"
for excess in vera --add --replace --label=x --qr=utf8 --qr=png; do
	check "batch__excludes $excess" untouched 2 new --print \
	    --batch="$scratch/list" $excess
done
check 'batch__file_that_is_not_there' untouched 2 new --print \
    --batch="$scratch/none"
check 'batch__file_that_is_not_there_is_named' says 'none cannot be opened'
check 'batch__empty_list' untouched 0 new --print --batch=/dev/null
no_store() {
	mv "$store" "$store.away"
	batch 1 user vera wim
	result=$?
	mv "$store.away" "$store"
	test $result = 0 && says 'there is no store' && counted 0 0 1
}
check 'batch__ends_where_there_is_no_store' no_store
progress() {
	{
		echo user
		seq -f 'many%g' 200
	} >"$scratch/list"
	script -qec "'$OTP_ENROLL' --conf '$conf' new --print --recovery=0 \
	    --batch='$scratch/list' >'$scratch/out'" /dev/null \
	    >"$scratch/seen" </dev/null || return 1
	cat "$scratch/seen"
	grep -q '100 lines done.*200 enrolled' "$scratch/seen" ||
	    { tr '\r' '\n' <"$scratch/seen" | grep -q '^100 lines done' &&
		tr '\r' '\n' <"$scratch/seen" | grep -q '^200 enrolled'; }
}
if have script; then
	check 'batch__shows_progress_on_a_terminal' progress
else
	skip 'batch__shows_progress_on_a_terminal' 'script is missing'
fi
finish

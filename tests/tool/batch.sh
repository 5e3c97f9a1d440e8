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
	    says '^3 enrolled, 0 skipped as enrolled already, 0 failed\.$'
}
check 'csv__enrols_everybody' csv
check 'csv__gives_the_same_object_as_new_does' given anna \
    '(keys == ["recovery_codes", "uri", "user"]) and
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
		    says 'names of its columns' && same "$before" "$(tree)" ||
		    return 1
	done
}
check 'csv__needs_a_header' bad_header frida,x,totp user,labels,kind \
    user,user,kind label,kind user,label,kind,more '"user' 'user,'

# --- A bad line stops nothing ---

bad_lines() {
	long=$(printf '%05000d' 0)
	batch 1 user,label,kind gina,, gina2 'hans,"x' 'hans,x"y,' \
	    'hans,"x"y,' ,, 'hans,,motp' 'hans,,totp,' "$long" \
	    "hans,$(printf '%0256d' 0)," "$(printf '%0300d' 0),," hans,, &&
	    test "$(names)" = 'gina hans ' &&
	    says '^2 enrolled, 0 skipped as enrolled already, 10 failed\.$'
}
check 'csv__goes_on_after_a_bad_line' bad_lines
named() {
	for line in 3 4 5 6 7 8 9 10 11 12; do
		says "Line $line " >/dev/null || { put "not $line"; return 1; }
	done
	! says 'Line 2 \|Line 13 '
}
check 'csv__names_each_bad_line' named
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
	    says '^2 enrolled, .* 8 failed'
}
check 'json__goes_on_after_a_bad_line' bad_json

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
	    says '^1 enrolled, 4 skipped as enrolled already, 0 failed' &&
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
unwritten() {
	before=$(tree)
	printf 'user\nuwe\nuta\n' >"$scratch/list"
	status=0
	"$OTP_ENROLL" --conf "$conf" new --print --batch="$scratch/list" \
	    >/dev/full 2>"$scratch/err" || status=$?
	err=$(cat "$scratch/err")
	put "$err"
	test $status = 1 && says 'Line 2: uwe was not enrolled' &&
	    says '^0 enrolled, .* 1 failed' && same "$before" "$(tree)"
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
for excess in vera --self --add --replace --label=x --qr=utf8 --qr=png; do
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
	test $result = 0 && says 'there is no store' && says ' 1 failed'
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

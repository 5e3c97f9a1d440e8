#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# What a person sees in a window of 80x24, and what a phone makes of it.

. "$(dirname "$0")/tool.sh"

term2ppm=$top_builddir/tests/tool/term2ppm
for tool in tmux zbarimg oathtool "$term2ppm"; do
	have "$tool" || {
		skip 'screen' "$tool is missing"
		finish
	}
done
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said"

# Each window has a server of its own, so that none finds the last one's ending.
window=0
tmux() {
	command tmux -u -S "$scratch/tmux.$window" -f /dev/null "$@"
}
trap 'tmux kill-server 2>/dev/null; rm -rf "$scratch"' EXIT

# begin COLUMNS ROWS ARGUMENT...: the tool in a window of that size, with the
# environment `with'. The window stays when it has ended.
with=
tool=$OTP_ENROLL
begin() {
	columns=$1
	rows=$2
	shift 2
	tmux kill-server 2>/dev/null
	window=$((window + 1))
	tmux new-session -d -x "$columns" -y "$rows" \
	    "env $with '$tool' --conf '$conf' $*; echo ended \$?; sleep 600" &&
	    tmux set-option -g status off &&
	    tmux resize-window -x "$columns" -y "$rows"
}

# wait_for TEXT: until the window shows it.
wait_for() {
	await is_shown "$1" || {
		cat "$scratch/pane"
		return 1
	}
}
is_shown() {
	tmux capture-pane -p >"$scratch/pane"
	grep -qF -e "$1" "$scratch/pane"
}

# key: the one that the window shows now, what has scrolled away not counted.
key() {
	tmux capture-pane -p | grep -oE '([A-Z2-7]{4} )+[A-Z2-7]{4} *$' |
	    tr -d ' \n'
}

# scan THEME: what a phone reads from a picture of the window.
scan() {
	# Without the last newline, which would scroll the first row away.
	printf '%s' "$(tmux capture-pane -e -N -p)" |
	    "$term2ppm" "$1" 256 "${columns}x$rows" >"$scratch/pane.ppm" ||
	    return 1
	zbarimg -q --raw "$scratch/pane.ppm" >"$scratch/read"
}

# scans THEME: that is a URI of the key beside it.
scans() {
	scan "$1" && cat "$scratch/read" && test ${#key} = 32 &&
	    grep -q "^otpauth://totp/.*[?]secret=$key&" "$scratch/read"
}

# drawn COLUMNS ROWS ARGUMENT...: with a code that scans, and its key.
drawn() {
	begin "$@" && wait_for 'Enter the' && cat "$scratch/pane" &&
	    key=$(key) && scans dark
}

# by_hand COLUMNS ROWS ARGUMENT...: without a code, and the key is in view.
by_hand() {
	begin "$@" && wait_for 'Enter the' && cat "$scratch/pane" &&
	    key=$(key) && test ${#key} = 32 &&
	    grep -q '^Add an account by hand' "$scratch/pane" &&
	    says_no grep -q '##\|█' "$scratch/pane" &&
	    says_no grep -q 'Scan' "$scratch/pane"
}

# mentions TEXT: the window does, however it is wrapped.
mentions() {
	cat "$scratch/pane"
	tr '\n' ' ' <"$scratch/pane" | tr -s ' ' | grep -qF -e "$1"
}

check 'screen__asks' drawn 80 24 new alice
for theme in light vga solarized-dark solarized-light base16; do
	check "screen__80x24_scans_on_$theme" scans $theme
done
beside() {
	cat "$scratch/pane"
	grep -q '█      Scan this code' "$scratch/pane" &&
	    grep -q '  Account  .*:alice$' "$scratch/pane" &&
	    grep -q '  Type     time-based, 6 digits$' "$scratch/pane" &&
	    mentions 'Nothing changes until you' &&
	    says_no grep -q otpauth "$scratch/pane"
}
check 'screen__has_the_words_beside_the_code' beside
one_screen() {
	cat "$scratch/pane"
	row=$(grep -n '^Enter the' "$scratch/pane" | cut -d: -f1)
	test "$(grep -c '▀▀▀▀▀▀▀' "$scratch/pane")" -ge 2 &&
	    tmux capture-pane -N -p | sed -n "$((row - 1))p" |
	    grep -qx ' \{29,\}'
}
check 'screen__asks_in_the_row_under_the_code' one_screen
still_there() {
	tmux send-keys 1 Enter
	wait_for 'not a code' && same "$key" "$(key)"
}
check 'screen__keeps_the_key_after_a_wrong_code' still_there

long_names() {
	# 26 bytes of user and 8 of host make a URI of 106 bytes, a code of
	# version 5.
	host=$(uname -n | cut -d. -f1)
	name=$(printf "%0$((42 - 2 * ${#host}))d" 0 | tr 0 u)
	drawn 80 24 new "$name" && one_screen &&
	    by_hand 80 24 new "$name$name" && mentions 'does not fit'
}
if [ "$(uname -n | cut -d. -f1 | wc -c)" -lt 20 ]; then
	check 'screen__80x24_holds_usual_names' long_names
else
	skip 'screen__80x24_holds_usual_names' 'this host has a long name'
fi

small() {
	by_hand 60 20 new alice &&
	    mentions 'does not fit this window (60x20; it needs 80x22)'
}
check 'screen__60x20_draws_nothing_that_does_not_fit' small
check 'screen__60x40_has_the_words_above' drawn 60 40 new alice
above() {
	cat "$scratch/pane"
	grep -q '^Scan this code' "$scratch/pane"
}
check 'screen__60x40_has_no_words_beside' above
check 'screen__44x40_draws_the_code' drawn 44 40 new alice
tiny() {
	begin 30 30 new alice && wait_for 'Enter the' && key=$(key) &&
	    cat "$scratch/pane" && test ${#key} = 32
}
check 'screen__30x30_has_the_key' tiny

with=LC_ALL=C
plain() {
	by_hand 80 24 new alice && mentions '--qr=utf8, which needs 80x22'
}
check 'screen__C_at_80x24_names_the_form_that_fits' plain
check 'screen__C_at_80x24_draws_that_form' drawn 80 24 new --qr=utf8 alice
check 'screen__C_at_132x43_draws' drawn 132 43 new alice
with=NO_COLOR=1
check 'screen__NO_COLOR_leaves_the_paper' drawn 80 24 new alice
with=TERM=dumb
dumb() {
	by_hand 80 24 new alice && mentions 'no colours'
}
check 'screen__dumb_has_the_key_alone' dumb
with=
reader() {
	by_hand 80 24 new --qr=none alice && ! mentions 'fit' &&
	    test "$(grep -c . "$scratch/pane")" = 6
}
check 'screen__of_a_reader_has_the_key_alone' reader

german() {
	begin 80 24 new alice && wait_for 'aus der App eingeben:' &&
	    key=$(key) && cat "$scratch/pane" && scans dark &&
	    grep -q '  Konto      .*:alice$' "$scratch/pane" &&
	    grep -q '  Schlüssel  [A-Z2-7]' "$scratch/pane"
}
german_small() {
	begin 60 20 new alice && wait_for 'aus der App eingeben:' &&
	    key=$(key) && cat "$scratch/pane" && test ${#key} = 32 &&
	    grep -q 'passt nicht in dieses Fenster (60x20' "$scratch/pane"
}
if [ "${NLS:-yes}" != no ] && have localedef && localedef -i de_DE -f UTF-8 \
    "$scratch/de_DE.UTF-8" >/dev/null 2>&1; then
	tool=$top_builddir/tests/tool/translated
	with="LOCPATH='$scratch' LC_ALL=de_DE.UTF-8"
	with="$with TEST_LOCALE_DIR='$top_builddir/po/locale'"
	check 'screen__in_german_is_whole' german
	check 'screen__in_german_at_60x20_is_whole' german_small
	tool=$OTP_ENROLL
	with=
else
	skip 'screen__in_german' 'translations, or what localedef needs, are missing'
fi

# From the picture to the login, as a phone would do it.
enrolled() {
	drawn 80 24 new alice || return 1
	tmux send-keys "$(oathtool --totp -b "$key")" Enter
	wait_for 'ended 0'
}
check 'screen__code_of_the_scanned_secret_enrols' enrolled
two_columns() {
	code='([0-9A-Z]{4}-){5}[0-9A-Z]{4}'
	cat "$scratch/pane"
	for i in 1 2 3 4 5; do
		grep -Eqx " {3}$i  $code {4,5}$((i + 5))  $code" \
		    "$scratch/pane" || return 1
	done
	says_no grep -q '█\|Enter the' "$scratch/pane"
}
check 'screen__recovery_codes_have_it_to_themselves' two_columns
told() {
	mentions 'alice is set up. From now on' &&
	    mentions 'second window' && mentions "otp-enroll check alice"
}
check 'screen__ends_with_how_to_test_it' told
coloured() {
	tmux capture-pane -e -p | tail -n 3 | grep -q "$(printf '\033')\[[0-9;]*[1-9]m"
}
check 'screen__leaves_no_colour_behind' says_no coloured
key_stays() {
	by_hand 80 24 new --qr=none carol || return 1
	shown=$key
	tmux send-keys "$(oathtool --totp -b "$key")" Enter
	wait_for 'ended 0' && cat "$scratch/pane" &&
	    same "$shown" "$(key)" &&
	    grep -q ' 10  [0-9A-Z]' "$scratch/pane"
}
check 'screen__key_without_a_code_stays' key_stays
one_column() {
	begin 60 24 recovery --yes alice && wait_for 'ended 0' &&
	    cat "$scratch/pane" &&
	    test "$(grep -Ecx ' {2}[ 1][0-9]  ([0-9A-Z]{4}-){5}[0-9A-Z]{4}' \
		"$scratch/pane")" = 10 && mentions 'The 10 old codes no longer work.'
}
check 'screen__60_columns_have_one_of_codes' one_column
unconfirmed() {
	begin 80 24 new --no-confirm bob && wait_for 'ended 0' &&
	    key=$(key) && cat "$scratch/pane" && test ${#key} = 32 &&
	    says_no grep -q █ "$scratch/pane"
}
check 'screen__unconfirmed_has_the_key_with_the_codes' unconfirmed
shown() {
	begin 80 24 show alice && wait_for 'ended 0' && key=$(key) &&
	    scans dark && says_no grep -q 'Nothing changes' "$scratch/pane" &&
	    same "$("$OTP_ENROLL" --conf "$conf" show alice --uri --print)" \
		"$(cat "$scratch/read")"
}
check 'show__has_the_same_screen' shown
shown_small() {
	begin 60 20 show alice && wait_for 'ended 0' && key=$(key) &&
	    test ${#key} = 32 && mentions 'it needs 80x22' &&
	    says_no grep -q -e '--label' "$scratch/pane"
}
check 'show__60x20_names_nothing_that_it_has_not' shown_small

# Messages go on below their own words.
wrapped() {
	enroll new --add --recovery=3 alice
	in_window 60 new --add --recovery=3 alice
	put "$out"
	same "$err" "$(put "$out" | tr -s '\n ' ' ' | sed 's/ $//')" || {
		test "$(put "$err" | tr '\n' ' ')" = \
		    "$(put "$out" | tr -s '\n ' ' ')"
	} || return 1
	test "$(put "$out" | wc -L)" -le 60 &&
	    put "$out" | grep -q '^ \{12\}[^ ]'
}
check 'message__is_wrapped_to_the_window' wrapped
finish

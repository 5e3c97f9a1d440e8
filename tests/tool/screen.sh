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

# begin COLUMNS ROWS ARGUMENT...: the tool in a window of that size. The
# window stays when it has ended.
begin() {
	columns=$1
	rows=$2
	shift 2
	tmux kill-server 2>/dev/null
	window=$((window + 1))
	tmux new-session -d -x "$columns" -y "$rows" \
	    "'$OTP_ENROLL' --conf '$conf' $*; echo ended \$?; sleep 600" &&
	    tmux set-option -g status off &&
	    tmux resize-window -x "$columns" -y "$rows"
}

# wait_for TEXT: until the window shows it.
wait_for() {
	for i in $(seq 100); do
		tmux capture-pane -p >"$scratch/pane"
		grep -qF -e "$1" "$scratch/pane" && return
		sleep 0.1
	done
	cat "$scratch/pane"
	return 1
}

all_of_it() {
	tmux capture-pane -p -S - -J
}

# scans THEME: the picture of the window is a QR code of the URI.
scans() {
	# Without the last newline, which would scroll the first row away.
	printf '%s' "$(tmux capture-pane -e -N -p)" |
	    "$term2ppm" "$1" 256 "${columns}x$rows" >"$scratch/pane.ppm" ||
	    return 1
	zbarimg -q --raw "$scratch/pane.ppm" >"$scratch/read"
	same "$(uri_in "$(all_of_it)")" "$(cat "$scratch/read")"
}

check 'screen__is_there' begin 80 24 new alice
check 'screen__asks' wait_for 'Code that the app shows now:'
for theme in dark light vga solarized-dark solarized-light base16; do
	check "screen__80x24_scans_on_$theme" scans $theme
done
one_screen() {
	cat "$scratch/pane"
	test "$(wc -l <"$scratch/pane")" -le 24 &&
	    tail -n 1 "$scratch/pane" | grep -q '^Code that' &&
	    tmux capture-pane -N -p | sed -n "$(($(wc -l <"$scratch/pane") - 1))p" |
	    grep -qx ' \{29,\}'
}
check 'screen__asks_in_the_row_under_the_qr_code' one_screen
long_names() {
	# 26 bytes of user and 8 of host make a URI of 106 bytes, a code of
	# version 5.
	host=$(uname -n | cut -d. -f1)
	name=$(printf "%0$((42 - 2 * ${#host}))d" 0 | tr 0 u)
	begin 80 24 new "$name" && wait_for 'Code that' && one_screen &&
	    scans dark && ! all_of_it | grep -q 'needs a window' &&
	    begin 80 24 new "$name$name" && wait_for 'Code that' &&
	    all_of_it | grep -q 'needs a window'
}
if [ "$(uname -n | cut -d. -f1 | wc -c)" -lt 20 ]; then
	check 'screen__80x24_holds_usual_names' long_names
else
	skip 'screen__80x24_holds_usual_names' 'this host has a long name'
fi

small() {
	begin 60 12 new alice && wait_for 'needs a window of' &&
	    wait_for 'Code that'
}
check 'screen__says_that_a_window_is_too_small' small
large() {
	begin 120 60 new --qr=ascii alice && wait_for 'Code that' && scans dark
}
check 'screen__ascii_scans_in_a_larger_window' large

# From the picture to the login, as a phone would do it.
enrolled() {
	begin 80 24 new alice && wait_for 'Code that' && scans dark || return 1
	secret=$(sed -n 's/.*secret=\([A-Z2-7]*\).*/\1/p' "$scratch/read")
	tmux send-keys "$(oathtool --totp -b "$secret")" Enter
	wait_for 'ended 0'
}
check 'screen__code_of_the_scanned_secret_enrols' enrolled
ends_screen() {
	cat "$scratch/pane"
	test "$(grep -Ecx '  ([0-9A-Z]{4}-){5}[0-9A-Z]{4}' "$scratch/pane")" = 10
}
check 'screen__recovery_codes_fit_it' ends_screen
coloured() {
	tmux capture-pane -e -p | tail -n 3 | grep -q "$(printf '\033')\[[0-9;]*[1-9]m"
}
check 'screen__leaves_no_colour_behind' says_no coloured
finish

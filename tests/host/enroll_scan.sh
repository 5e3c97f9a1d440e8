#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# The QR code of a first login with an invitation, read back by a scanner from what
# an 80x24 terminal shows.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs su setpriv tmux zbarimg

daemon=$top_builddir/pam_otpd/pam_otpd
picture=$top_builddir/tests/tool/term2ppm
if [ ! -x "$daemon" ]; then
	skip 'ssh__shows_a_code_that_scans' 'this build has no daemon'
	finish
fi
unset LC_ALL LC_CTYPE LANG
person alice
person bob
touch /home/alice/.hushlogin
otpd_start
stack sshd sshd-password 's/pam_otp.so/& enroll=invited debug/'
stack su su 's/pam_otp.so/& enroll=invited/'
sshd_run sshd-password.conf </dev/null

# A server that was just told to end still has its socket for a while.
windows=0
another_window() {
	windows=$((windows + 1))
	tmux="env LC_ALL=C.UTF-8 tmux -u -S /tmp/tmux$windows -f /dev/null"
}
another_window
is_shown() {
	$tmux capture-pane -p >"$scratch/window" &&
	    grep -qF -e "$1" "$scratch/window"
}
until_shown() {
	await is_shown "$1" || {
		cat "$scratch/window"
		return 1
	}
}
type_in() {
	$tmux send-keys -l "$1"
	$tmux send-keys Enter
}

# begin COMMAND: alice's first login, until the window asks for the first code. $key
# is the one in the row above that.
begin() {
	$tmux kill-server 2>/dev/null
	another_window
	forget_files alice
	otp-enroll invite alice --print >"$scratch/invited" 2>&1 || return 1
	invitation=$(grep -oE '([0-9A-Z]{4}-){5}[0-9A-Z]{4}' \
	    "$scratch/invited")
	$tmux new-session -d -x 80 -y 24 "LANG=C.UTF-8 $1; sleep 60" \; \
	    set-option -g status off \; resize-window -x 80 -y 24
	until_shown 'assword:' || return 1
	type_in "$password"
	until_shown 'invitation:' || return 1
	type_in "$invitation"
	until_shown 'the app shows:' || return 1
	sleep 0.3
	$tmux capture-pane -p >"$scratch/window"
	cat "$scratch/window"
	secret=$(grep -B 1 'the app shows:' "$scratch/window" |
	    sed -n 's/^[| ]*Key  *//p' | tr -d ' ')
	test "${#secret}" = 32
}
# scanned: what a scanner reads from the window, on a dark terminal. (What is no part
# of the code is blank.)
scanned() {
	sed -e 's/^| //' -e '/[[:alpha:]]/s/.*//' "$scratch/window" |
	    head -n 23 | "$picture" dark 0 80x24 >"$scratch/window.ppm" &&
	    zbarimg -q --raw "$scratch/window.ppm"
}
finish_login() {
	type_in "$(code)"
	until_shown 'have saved them:' || return 1
	type_in ''
	until_shown "$1" && otp-enroll status alice >"$scratch/status"
}
has_code() {
	same "otpauth://totp/ground:alice?secret=$secret" "$(scanned)" &&
	    grep -q 'Scan this in your app, or enter the key:$' "$scratch/window"
}
has_no_code() {
	grep -q 'Add this key to your authenticator app:' "$scratch/window" &&
	    says_no grep -q '▀\|▄\|█' "$scratch/window"
}

by_ssh="$ssh_plain alice@ground echo in as alice"
scans() {
	begin "$by_ssh" && has_code
}
check 'ssh__shows_a_code_that_scans' scans
check 'ssh__enrolls_with_the_scanned_key' finish_login 'in as alice'
no_secret() {
	says_no grep -q "$secret\|otpauth" $log
}
check 'ssh__logs_no_secret' no_secret
# A client that has no UTF-8 shows it as something else, and the key below it.
in_language_c() {
	begin "LC_ALL=C $by_ssh" && finish_login 'in as alice'
}
check 'ssh__of_a_client_without_utf8_has_the_key_in_view' in_language_c
by_su() {
	begin "setpriv --reuid bob --regid bob --clear-groups \
	    su alice -c 'echo in as alice'" && has_code &&
	    finish_login 'in as alice'
}
check 'su__shows_a_code_that_scans' by_su
by_su_in_c() {
	begin "LC_ALL=C setpriv --reuid bob --regid bob --clear-groups \
	    su alice -c 'echo in as alice'" && has_no_code
}
check 'su__in_language_c_shows_the_key_alone' by_su_in_c
if have plink; then
	by_plink() {
		fingerprint=$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub |
		    awk '{ print $2 }')
		begin "plink -ssh -hostkey $fingerprint alice@ground echo in as alice" &&
		    has_code
	}
	check 'plink__shows_a_code_that_scans' by_plink
else
	skip 'plink__shows_a_code_that_scans' 'plink is not installed'
fi

stack sshd sshd-password 's/pam_otp.so/& enroll=invited qr=no/'
without() {
	begin "$by_ssh" && has_no_code
}
check 'qr_no__shows_the_key_alone' without
stack sshd sshd-password 's/pam_otp.so/& enroll=invited debug/'
otpd_end
no_daemon() {
	begin "$by_ssh" && has_no_code && finish_login 'in as alice' &&
	    logged 'qr' | grep -q 'no-daemon'
}
check 'no_daemon__shows_the_key_alone' no_daemon
$tmux kill-server 2>/dev/null

finish

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# README.md's picture, from a real run on a host of its own: not a test.
#
# usage: tests/host/story.sh >contrib/picture/story.svg
#
# As root, with tmux, python3, rsvg-convert and zbarimg.

# The picture goes to standard output, whatever is said to standard error.
[ "${ground-}" = entered ] || exec 3>&1 1>&2

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs tmux python3 rsvg-convert zbarimg

frames=/tmp/frames
mkdir $frames
hostname web1
echo '127.0.0.1 web1' >>/etc/hosts
sed 's/^ground/web1/' /etc/ssh/ssh_known_hosts >/tmp/known &&
    cp /tmp/known /etc/ssh/ssh_known_hosts
person alice
sed -i 's|:/home/alice:/bin/sh|:/home/alice:/bin/bash|' /etc/passwd
echo "PS1='alice@web1:~$ '" >/home/alice/.bashrc
: >/etc/motd
touch /home/alice/.hushlogin
stack sshd sshd-password
sshd_run sshd-password.conf </dev/null
conf
# The store is on a disk, which check would rather see.
store_unmount
mknod /dev/loop-control c 10 237
truncate -s 32M /root/disk
mkfs.ext4 -q /root/disk
loop=$(losetup -f)
[ -e "$loop" ] || mknod "$loop" b 7 "${loop#/dev/loop}"
mount -o "loop=$loop" /root/disk /var/lib/pam_otp
rmdir /var/lib/pam_otp/lost+found
chmod 700 /var/lib/pam_otp
otp-enroll init
mkdir -p /root/.ssh
printf 'Host web1\n\tPubkeyAuthentication no\n' >/root/.ssh/config

tmux="tmux -u -S /tmp/tmux -f /dev/null"
# shown: the window, without colours.
shown() {
	$tmux capture-pane -p
}
# until_shown TEXT
until_shown() {
	for round in $(seq 200); do
		! shown | grep -qF -e "$1" || return 0
		sleep 0.1
	done
	shown >&2
	echo "story: \"$1\" did not come" >&2
	exit 1
}
# idle TEXT: the last row of the window that has something is TEXT.
until_idle() {
	for round in $(seq 200); do
		last=$(shown | grep . | tail -n 1)
		[ "$last" != "$1" ] || return 0
		sleep 0.1
	done
	shown >&2
	echo "story: the last line is not \"$1\"" >&2
	exit 1
}
type_in() {
	$tmux send-keys -l "$1"
	$tmux send-keys Enter
}
# window NAME: as it is now.
window() {
	sleep 0.3
	$tmux capture-pane -e -N -p | sed -n "${2-1},\$p" >$frames/"$1"
}
clear_window() {
	$tmux send-keys -R 'C-l'
	$tmux clear-history
	sleep 0.3
}
draw() {
	(cd $frames && python3 "$top_srcdir/contrib/picture/draw" "$@")
}

echo "PS1='# '" >/root/.bashrc
$tmux new-session -d -x 80 -y 24 'bash --norc' \; set-option -g status off \; \
    resize-window -x 80 -y 24
sleep 0.5
type_in "PS1='# '; clear"
until_idle '#'

type_in 'otp-enroll new alice'
until_shown 'app shows'
window 1
draw 1 >/tmp/1.svg && rsvg-convert /tmp/1.svg -o /tmp/1.png
uri=$(zbarimg -q --raw /tmp/1.png)
secret=$(echo "$uri" | sed -n 's/.*[?&]secret=\([A-Z2-7]*\).*/\1/p')
[ -n "$secret" ] || {
	echo "story: the code cannot be scanned" >&2
	exit 1
}
type_in "$(code)"
until_idle '#'
# What is above them was in the window before.
window 2 '/Recovery codes/'

clear_window
next=$(code 30)
type_in 'ssh alice@web1'
until_shown 'Password:'
type_in "$password"
until_shown 'One-time code:'
type_in "$next"
until_idle 'alice@web1:~$'
type_in 'exit'
until_idle '#'
type_in 'ssh alice@web1     # and with the same code once more'
until_idle '(alice@web1) Password:'
type_in "$password"
until_idle '(alice@web1) One-time code:'
type_in "$next"
until_shown 'already used'
until_idle '(alice@web1) Password:'
$tmux send-keys C-c
until_idle '#'
window 3

# One letter too many.
stack sudo sudo
sed -i 's/pam_otp.so.*/pam_otp.so nullokk/' /etc/pam.d/sudo
clear_window
type_in 'otp-enroll check'
until_idle '#'
window 4

$tmux kill-server
draw 1 2 3 4 >/tmp/story.svg
cat /tmp/story.svg >&3

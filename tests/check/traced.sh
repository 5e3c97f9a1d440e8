#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Processes through which codes pass: others of the same user can neither trace
# them nor have a core file of them. What of it is in /proc is then root's.

. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" = 0 ]; then
	user=65533
	as_user() {
		exec setpriv --reuid=$user --regid=$user --clear-groups "$@"
	}
else
	user=$(id -u)
	as_user() {
		exec "$@"
	}
fi
mkdir "$scratch/own" "$scratch/own/sockets" "$scratch/own/store"
chmod 755 "$scratch" "$scratch/own" "$scratch/own/sockets"
chmod 700 "$scratch/own/store"
cat >"$scratch/own/conf" <<END
store = $scratch/own/store
sockets = $scratch/own/sockets
END
chmod 644 "$scratch/own/conf"
[ "$(id -u)" != 0 ] || chown -R $user:$user "$scratch/own"
mkfifo "$scratch/never"
chmod 644 "$scratch/never"
sleep 600 >"$scratch/never" &
writer=$!

# program FOLDER/NAME: a copy that USER can run.
program() {
	name=${1##*/}
	test -x "$top_builddir/$1" && cp "$top_builddir/$1" "$scratch/$name" &&
	    chmod 755 "$scratch/$name"
}
# runs NAME: process $pid is NAME by now.
runs() {
	test "$(cat /proc/$pid/comm)" = "$1"
}
is_hidden() {
	owner=$(stat -c %u /proc/$pid/environ 2>/dev/null) && test "$owner" != "$user"
}
# hides NAME ARGUMENT...: NAME is run by USER, and waits.
hides() {
	as_user "$scratch/$@" <"$scratch/never" &
	pid=$!
	hidden=no
	await runs "$1" && await is_hidden && hidden=yes
	kill $pid
	wait $pid || :
	test $hidden = yes
}

if [ -n "${INSTRUMENTED-}" ] || ! { [ "$user" != 65533 ] || have setpriv; }; then
	skip 'pam_otpd__is_not_dumped_or_traced' 'no process can be compared here'
	skip 'deliver__is_not_dumped_or_traced' 'no process can be compared here'
	kill $writer
	finish
fi
cp "$(command -v sleep)" "$scratch/sleep"
shows_any_other() {
	as_user "$scratch/sleep" 600 &
	pid=$!
	shown=no
	await runs sleep &&
	    same "$user" "$(stat -c %u /proc/$pid/environ)" && shown=yes
	kill $pid
	wait $pid || :
	test $shown = yes
}
check 'process__of_another_kind_can_be_traced' shows_any_other
if program pam_otpd/pam_otpd; then
	check 'pam_otpd__is_not_dumped_or_traced' \
	    hides pam_otpd --listen --stderr "--conf=$scratch/own/conf"
else
	skip 'pam_otpd__is_not_dumped_or_traced' 'pam_otpd is not built'
fi
if program otp-deliver/otp-deliver; then
	check 'deliver__is_not_dumped_or_traced' hides otp-deliver
else
	skip 'deliver__is_not_dumped_or_traced' 'otp-deliver is not built'
fi
kill $writer
finish

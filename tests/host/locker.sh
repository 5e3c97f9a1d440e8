#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# Programs of ordinary users, through pam_otpd: a login as alice, alice's i3lock
# on a display of her own, and a server's user who asks for others.
# shellcheck disable=SC2086

. "$(dirname "$0")/ground.sh"
daemon=$top_builddir/pam_otpd/pam_otpd
needs setpriv "$daemon"

person alice
person bob
grep -q ^pam_otp: /etc/group || echo 'pam_otp:x:797:' >>/etc/group
echo 'server:x:796:796::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
echo 'server:x:796:' >>/etc/group
as_alice='setpriv --reuid alice --regid alice --clear-groups'
as_server='setpriv --reuid server --regid server --groups pam_otp'

unserve() {
	otpd_end
	rm -rf /run/pam_otp
}

mkdir /tmp/pam.d
stack_of() {
	printf '%s\n' "$@" | tee /tmp/pam.d/test >/tmp/pam.d/other
}
stack_of 'auth required pam_otp.so'

# logs_in AS USER CODE: whether it is let in; what was logged is shown.
logs_in() {
	as=$1
	shift
	$as "$top_builddir/tests/lib/login" /tmp/pam.d test "$@" \
	    >"$scratch/out" 2>&1
	login_status=$?
	cat "$scratch/out"
	return $login_status
}
lets_in() {
	logs_in "$@" && grep -q 'result=accepted reason=ok' "$scratch/out"
}
refuses() {
	reason=$1
	shift
	! logs_in "$@" && grep -q "result=[a-z]* reason=$reason" "$scratch/out"
}

enrol alice
check 'locker__without_a_daemon_nobody_is_let_in' \
    refuses no-daemon "$as_alice" alice "$(code)"
check 'locker__daemon_serves' otpd_start

enrol alice
now=$(code)
check 'locker__right_code_lets_the_user_in' lets_in "$as_alice" alice "$now"
check 'locker__code_works_once' refuses replay "$as_alice" alice "$now"
check 'locker__code_is_used_for_roots_programs_too' refuses replay '' alice "$now"
check 'locker__wrong_code_is_refused' \
    refuses wrong "$as_alice" alice "$(wrong_code)"
enrol bob
check 'locker__user_asks_for_no_other_account' \
    refuses no-daemon "$as_alice" bob "$(code)"
check 'locker__member_of_the_group_asks_for_others' \
    lets_in "$as_server" bob "$(code)"

enrol alice
otp-enroll suspend alice >/dev/null
check 'locker__suspended_user_is_refused' \
    refuses suspended "$as_alice" alice "$(code)"
otp-enroll resume alice >/dev/null
forget_files alice
stack_of 'auth required pam_otp.so nullok' 'auth required pam_permit.so'
ignored() {
	logs_in "$as_alice" alice 123456 &&
	    grep -q 'result=ignored reason=not-enrolled' "$scratch/out"
}
check 'locker__nullok_ignores_who_is_not_enrolled' ignored
enrol alice
check 'locker__nullok_asks_who_is_enrolled' \
    refuses wrong "$as_alice" alice "$(wrong_code)"

# --- Programs that lock a screen ------------------------------------------------

# has TOOL...: these are there; else NAME's test is skipped.
has() {
	program=$1
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		skip "locker__$program" "$tool is not there"
		return 1
	done
}

# lock COMMAND...: until it is there.
lock() {
	$as_alice env HOME=/home/alice XDG_RUNTIME_DIR=/run/alice "$@" \
	    >"$scratch/lock" 2>&1 &
	locker=$!
	sleep 1
	kill -0 $locker
}
types_x11() {
	for text in "$@"; do
		xdotool type "$text"
		xdotool key Return
		sleep 0.5
	done
}
types_wayland() {
	for text in "$@"; do
		$as_alice env XDG_RUNTIME_DIR=/run/alice \
		    WAYLAND_DISPLAY=wayland-1 \
		    wtype -s 300 -d 20 "$text" -s 300 -k Return -s 300
	done
}

ended() {
	! kill -0 $locker 2>/dev/null
}
# gone: the screen is unlocked.
gone() {
	await ended && wait $locker
}
# unlocks TEXT...
unlocks() {
	$types "$@"
	gone || return 1
	logged "pam_otp($program:auth): result=accepted reason=ok user=alice"
}
# stays_locked RESULT REASON TEXT...: once that was logged, and after it.
stays_locked() {
	line="pam_otp($program:auth): result=$1 reason=$2 user=alice"
	shift 2
	$types "$@"
	await logged "$line" || return 1
	sleep 0.5
	kill -0 $locker
}

# both: the stack of a program that gives one text to every prompt.
both() {
	cat >"/etc/pam.d/$1" <<-END
	auth  requisite  pam_otp.so forward_pass
	auth  required   pam_unix.so use_first_pass nodelay
	END
}
each() {
	cat >"/etc/pam.d/$1" <<-END
	auth  requisite  pam_unix.so nodelay
	auth  required   pam_otp.so
	END
}

show() {
	types=types_x11
	export DISPLAY=:77
	Xvfb :77 -ac -noreset -nolisten tcp >/dev/null 2>&1 &
	display=$!
	await xdotool getmouselocation >/dev/null 2>&1
}

# What is on the screen beside i3lock's colour.
desktop() {
	convert -size 640x480 'xc:#4477aa' -fill white \
	    -draw 'rectangle 160,120 480,360' "$scratch/desktop.png" || return 1
	display -window root "$scratch/desktop.png" # it fails where it works
	pictured desktop 4477AA
}
# pictured NAME COLOUR: the corner of the screen has it.
pictured() {
	import -window root "$scratch/$1.png" || return 1
	same "$2" "$(convert "$scratch/$1.png" -crop 1x1+5+5 -depth 8 \
	    -format '%[hex:p{0,0}]' info: | cut -c 1-6)"
}

pictures=no
if has i3lock Xvfb xdotool; then
	check "locker__${program}_has_a_display" show
	! command -v import >/dev/null || ! command -v display >/dev/null ||
	    pictures=yes
	[ $pictures = no ] ||
	    check 'locker__i3lock_is_on_a_desktop' desktop
	both i3lock
	enrol alice
	logged >/dev/null
	check 'locker__i3lock_locks' lock i3lock -n -c 202020
	check 'locker__i3lock_stays_locked_with_a_wrong_code' \
	    stays_locked refused wrong "$password$(wrong_code)"
	sleep 2 # until it takes keys again
	[ $pictures = no ] ||
	    check 'locker__i3lock_hides_the_desktop' pictured locked 202020
	check 'locker__i3lock_unlocks_with_password_and_code' \
	    unlocks "$password$(code)"
	[ $pictures = no ] ||
	    check 'locker__i3lock_shows_the_desktop_again' \
		pictured unlocked 4477AA
	unserve
	check 'locker__i3lock_locks_again' lock i3lock -n -c 202020
	check 'locker__i3lock_stays_locked_without_a_daemon' \
	    stays_locked unavailable no-daemon "$password$(code 30)"
	kill $locker $display
	wait $display
	otpd_start
fi

if has xsecurelock Xvfb xdotool; then
	check "locker__${program}_has_a_display" show
	each xsecurelock
	enrol alice
	logged >/dev/null
	check 'locker__xsecurelock_locks' lock env \
	    XSECURELOCK_PAM_SERVICE=xsecurelock XSECURELOCK_NO_COMPOSITE=1 \
	    XSECURELOCK_COMPOSITE_OBSCURER=0 \
	    XSECURELOCK_PASSWORD_PROMPT=asterisks xsecurelock
	sleep 1
	xdotool key Shift_L # the key that wakes it is none of the password
	sleep 1
	check 'locker__xsecurelock_stays_locked_with_a_wrong_code' \
	    stays_locked refused wrong "$password" "$(wrong_code)"
	sleep 2
	check 'locker__xsecurelock_unlocks_with_password_and_then_code' \
	    unlocks "$password" "$(code)"
	kill $display
	wait $display
fi

if has swaylock sway wtype; then
	both swaylock
	types=types_wayland
	mkdir -m 700 /run/alice
	chown alice:alice /run/alice
	$as_alice env HOME=/home/alice XDG_RUNTIME_DIR=/run/alice \
	    WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 \
	    WLR_RENDERER=pixman sway -c /dev/null >"$scratch/sway" 2>&1 &
	display=$!
	tries=0
	until test -S /run/alice/wayland-1 || test $tries -ge 100; do
		tries=$((tries + 1))
		sleep 0.1
	done
	enrol alice
	logged >/dev/null
	check 'locker__swaylock_locks' \
	    lock env WAYLAND_DISPLAY=wayland-1 swaylock -c 202020
	check 'locker__swaylock_stays_locked_with_a_wrong_code' \
	    stays_locked refused wrong "$password$(wrong_code)"
	sleep 2
	check 'locker__swaylock_unlocks_with_password_and_code' \
	    unlocks "$password$(code)"
	kill $display
	wait $display
fi
unserve
# LOCKER_PICTURES=yes: the pictures are in the log.
if [ "$pictures-${LOCKER_PICTURES-no}" = yes-yes ]; then
	for picture in locked unlocked; do
		echo "# $picture.png:"
		base64 "$scratch/$picture.png" | sed 's/^/# /'
	done
fi
finish

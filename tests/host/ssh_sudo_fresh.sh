#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# ssh with a code, then sudo without one, by fresh_for; with Debian's sshd and
# sudo.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs sudo

person alice
person bob
has_key alice
printf 'alice ALL=(ALL) ALL\nbob ALL=(ALL) ALL\n' >/etc/sudoers
enrol bob
enrol alice
sshd_run sshd-key.conf </dev/null
stack sshd sshd-key
stack sudo sudo-fresh
conf

# sudo_by USER ARGUMENT...: what USER sees of sudo, in a session without ssh.
sudo_by() {
	who=$1
	shift
	talk "$@" -- setpriv --reuid="$who" --regid="$who" --init-groups \
	    env USER="$who" LOGNAME="$who" sudo -k id -un
	logged >"$scratch/lines"
	echo "$screen"
	cat "$scratch/lines"
}
# asked [USER]: a wrong code is refused, so that one was asked for.
asked() {
	sudo_by "${1-alice}" "password for ${1-alice}: " "$password" \
	    'Code for sudo: ' '12345' "password for ${1-alice}: " "$password" \
	    'Code for sudo: ' '12345' "password for ${1-alice}: " "$password" \
	    'Code for sudo: ' '12345'
	test "$status" = 1 &&
	    grep -q 'result=refused reason=malformed' "$scratch/lines"
}
check 'fresh__is_asked_without_a_login' asked

# together: one session, as every morning.
together() {
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$(code)" 'password for alice: ' "$password" \
	    -- $ssh_key -t alice@ground sudo id -un
	logged >"$scratch/lines"
	echo "$screen"
	cat "$scratch/lines"
	test "$status" = 0 && echo "$screen" | grep -qx root &&
	    grep -q "result=accepted reason=fresh-login user=alice \
tty=/dev/pts/[0-9]* ruser=alice method=earlier-code failures=0" "$scratch/lines"
}
check 'fresh__is_not_asked_by_sudo_after_ssh' together
elsewhere() {
	sudo_by alice 'password for alice: ' "$password"
	test "$status" = 0 &&
	    grep -q 'result=accepted reason=fresh-login' "$scratch/lines"
}
check 'fresh__is_not_asked_in_another_session' elsewhere
check 'fresh__is_of_that_account_alone' asked bob
wrong() {
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$(wrong_code)" -- $ssh_key alice@ground id -un
	test "$status" = 255
}
after_a_wrong_code() {
	wrong && asked
}
check 'fresh__is_asked_after_a_wrong_code' after_a_wrong_code
# shellcheck disable=SC2086
again() {
	talk 'One-time code: ' "$(code 30)" -- $ssh_key alice@ground id -un
	test "$status" = 0 && elsewhere
}
check 'fresh__is_not_asked_again_after_a_right_code' again
renamed() {
	hostname elsewhere && asked && hostname ground && elsewhere
}
check 'fresh__is_asked_on_another_host' renamed
# A laptop that was lost has a session, perhaps.
forgotten() {
	otp-enroll devices --forget=all alice && asked
}
check 'fresh__ends_when_devices_are_forgotten' forgotten
unlocked() {
	otp-enroll unlock alice && asked
}
check 'fresh__ends_with_unlock' unlocked

# --- The clock, with a token that needs none ---------------------------------

counter=0
# shellcheck disable=SC2086
gives() {
	talk 'One-time code: ' "$(hotp $counter)" -- $ssh_key alice@ground true
	counter=$((counter + 1))
	test "$status" = 0
}
over() {
	clock 0 && enrol alice --hotp && gives &&
	    clock 240 && elsewhere && clock 301 && asked
}
check 'fresh__is_asked_when_the_time_is_over' over
set_back() {
	clock 1000 && gives && elsewhere && clock 900 && asked &&
	    clock 1000 && elsewhere
}
check 'fresh__is_asked_after_the_clock_went_back' set_back
# A copy of the files counts for nothing on the host that they were brought to.
brought() {
	cp -a /var/lib/pam_otp /tmp/copy && gives && elsewhere || return 1
	cp -a /var/lib/pam_otp/state/alice /tmp/there &&
	    cp -a /tmp/copy/state/alice /var/lib/pam_otp/state/alice &&
	    hostname there && gives && elsewhere || return 1
	cp -a /tmp/there /var/lib/pam_otp/state/alice
	asked
	ended=$?
	hostname ground
	return $ended
}
check 'fresh__is_of_the_host_on_which_the_code_was_given' brought

finish

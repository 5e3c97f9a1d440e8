#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# As an administrator does it: ssh with a code, then sudo with the same one.

. "$(dirname "$0")/ground.sh"
. "$top_srcdir/tests/host/outcomes.sh"
. "$top_srcdir/tests/host/openssh.sh"
needs sudo

person alice
has_key alice
echo 'alice ALL=(ALL) ALL' >/etc/sudoers
enrol alice
sshd_run sshd-key.conf </dev/null
stack sshd sshd-key
stack sudo sudo
conf

# sudo of Debian 12 lets no module speak: the words of a replay stay unsaid, and
# its own question comes again. The next code is right.
then_sudo() {
	used=$(code)
	# shellcheck disable=SC2086
	talk 'One-time code: ' "$used" \
	    'password for alice: ' "$password" 'Code for sudo: ' "$used" \
	    'password for alice: ' "$password" 'Code for sudo: ' "$(code 30)" \
	    -- $ssh_key -t alice@ground sudo id -un
	logged >"$scratch/lines"
	cat "$scratch/lines"
	seen '(alice@ground) One-time code: 
[sudo] password for alice: 
Code for sudo: 
Sorry, try again.
[sudo] password for alice: 
Code for sudo: 
root
Connection to ground closed.' 0
}
check 'sudo__refuses_the_code_of_ssh_and_takes_the_next_one' then_sudo

# From the same host within two periods that is nothing to worry about.
then_logged() {
	service=sshd ident=$sshd_ident
	our_line "info result=accepted reason=ok user=alice rhost=127.0.0.1 \
token=\"ground:alice\" method=totp failures=0" || return 1
	service=sudo ident=sudo
	our_line "notice result=refused reason=replay user=alice \
tty=/dev/pts/1 ruser=alice token=\"ground:alice\" method=totp failures=0
info result=accepted reason=ok user=alice \
tty=/dev/pts/1 ruser=alice token=\"ground:alice\" method=totp failures=0"
}
check 'sudo__logs_the_code_of_ssh_as_a_notice' then_logged

finish

#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# polkit's helper, which asks for codes in dialogs: as polkit starts it, and on a
# file system that is read-only but for what the drop-in of contrib/systemd has.
# There is no polkitd here, so that it never succeeds as a whole: the log has what
# came of the code.

. "$(dirname "$0")/ground.sh"
helper=/usr/lib/polkit-1/polkit-agent-helper-1
dropin=$top_srcdir/contrib/systemd/polkit-agent-helper-pam_otp.conf
needs unshare "$helper"

conf
person alice
enrol alice --hotp
printf 'auth required pam_otp.so\naccount required pam_permit.so\n' \
    >/etc/pam.d/polkit-1

# helped RESULT CODE [MOUNTS]: after these mounts, the helper has this result.
helped() {
	logged >/dev/null
	printf 'cookie\n%s\n' "$2" |
	    unshare -m sh -c "${3:-true} && exec $helper alice" 2>&1
	logged 'pam_otp(polkit-1:auth): ' >/tmp/lines
	cat /tmp/lines
	same 1 "$(wc -l </tmp/lines)" && grep -q "result=$1 .*user=alice" /tmp/lines
}
store=$(sed -n 's/^ReadWritePaths=//p' "$dropin")
but="mount --bind $store $store && mount -o remount,bind,ro /"
read_only="$but && mount -o remount,bind,ro $store"

check 'polkit__helper_accepts_a_code' helped 'accepted reason=ok' "$(hotp 0)"
check 'polkit__helper_uses_it' helped 'refused reason=replay' "$(hotp 0)"
check 'polkit__helper_refuses_a_wrong_code' \
    helped 'refused reason=wrong' "$(wrong_code)"
check 'polkit__read_only_file_system_lets_no_one_in' \
    helped 'unavailable reason=write' "$(hotp 1)" "$read_only"
check 'polkit__drop_in_names_what_must_be_writable' \
    helped 'accepted reason=ok' "$(hotp 1)" "$but"
finish

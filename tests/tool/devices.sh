#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll devices, of an account that logged in from some.

. "$(dirname "$0")/tool.sh"

give_service
sed -i 's/$/ remember=key/' "$scratch/pam.d/test"
"$OTP_ENROLL" --conf "$conf" init >/dev/null || exit 99

# Root is always asked, so another account is root's here.
who=$user
if [ "$(id -u)" -eq 0 ]; then
	who=daemon
fi

check 'devices__of_who_is_not_enrolled' untouched 3 devices "$who"
enroll new --print --no-confirm --totp "$who"
secret=$(secret_in "$out")
check 'devices__none' untouched 0 devices "$who"
check 'devices__says_that_there_are_none' \
    shows "^$who has no known devices\.\$"

# from KEY CODE: a login with an ssh key of this number.
from() {
	blob=$(printf '\000\000\000\013ssh-ed25519\000\000\000\040%032d' "$1" |
	    base64 -w 0)
	SSH_AUTH_INFO="publickey ssh-ed25519 $blob" login "$who" "$2"
}
first() {
	from 1 "$(oathtool --totp -b "$secret")" | tee "$scratch/said"
	grep -q 'will not be asked for a code for 14 days' "$scratch/said"
}
check 'devices__the_first_login_is_remembered' first
check 'devices__the_second_is_not_asked' from 1 000000
check 'devices__another_is' says_no from 2 000000
# The wrong code has everybody asked; a code two steps on is right.
later() {
	from 2 "$(oathtool --totp -b -N 'now + 30 seconds' "$secret")"
}
check 'devices__another_is_remembered' later
both() {
	ends 0 devices "$who" && test "$(put "$out" | wc -l)" -eq 2 &&
	    shows '^1  remembered just now, asked again in 1[34] d$' &&
	    shows '^2  remembered just now, asked again in 1[34] d$'
}
check 'devices__are_listed' both
counted() {
	ends 0 status "$who" && shows '^Known devices *2$'
}
check 'status__counts_devices' counted
as_json() {
	ends 0 status --json "$who" && put "$out" | jq -e '.devices | length == 2
	    and .[0].number == 1 and .[0].remembered < .[0].expires' >/dev/null
}
check 'status__has_devices_in_json' as_json

check 'forget__takes_numbers_of_the_list' untouched 2 devices --forget=3 "$who"
check 'forget__names_the_list' says "otp-enroll devices $who"
for other in 0 -1 1x '' ALL 99999999999999999999; do
	check "forget__does_not_take_$other" \
	    untouched 2 devices "--forget=$other" "$who"
done
one() {
	ends 0 devices --forget=1 "$who" &&
	    shows "^$who: 1 device is asked for a code again\.\$" &&
	    says_no from 1 000000
}
check 'forget__one' one
unlocked() {
	ends 0 unlock "$who" && ends 0 devices "$who" &&
	    shows 'has no known devices'
}
check 'unlock__forgets_them_all' unlocked
check 'forget__all_of_none_is_no_change' \
    untouched 0 devices --forget=all "$who"
check 'forget__says_how_many' \
    shows "^$who: 0 devices are asked for a code again\.\$"

finish

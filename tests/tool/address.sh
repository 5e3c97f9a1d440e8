#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright 2026 the pam_otp authors
#
# otp-enroll address; on a terminal too (address.exp), with a socket that takes
# the messages.

. "$(dirname "$0")/tool.sh"

sockets=$scratch/run
export frame="$scratch/frame"
mkdir -m 700 "$sockets"
configure virtual_users "sockets = $sockets"
"$OTP_ENROLL" --conf "$conf" init >"$scratch/said" || exit 99

# --- Usage, and what is no address ---

for options in '--add' '--add=a@b --remove=1' '--no-confirm' \
    '--no-confirm --remove=1'; do
	# shellcheck disable=SC2086
	check "usage__refuses $options" untouched 2 address ann $options
done
check 'usage__says_how_an_address_is_given' untouched 2 address ann --add
check 'usage__names_the_equals_sign' says '--add=alice@example\.org'
check 'usage__of_other_commands_is_as_it_was' \
    untouched 2 recovery ann --add=0
check 'usage__of_other_commands_says_so' says 'number from 1 to 16'

check 'address__of_who_is_not_enrolled' untouched 3 address ann
check 'add__of_who_is_not_enrolled' \
    untouched 3 address ann --add=a@b --no-confirm
check 'add__says_what_comes_first' says "otp-enroll new ann"
enroll new --print --no-confirm --hotp --recovery=2 ann
secret=$(secret_in "$out")
check 'address__lists_none' untouched 0 address ann
check 'address__says_that_there_are_none' shows '^ann has no addresses\.$'

newline=$(printf 'a@b\nBcc: c@d')
control=$(printf 'a@b\033c')
long=$(printf 'x:%0254d' 0)
for address in '' @ a@ @b alice a@b@c a@b,c@d 'a@b?cc=c@d' -a@b -oQ/tmp@b \
    '|id@b' 'a b@c' 'mailto:a@b?cc=c@d' 'MAILTO:a@b' "$newline" "$control" \
    "$long" 'a@é' +123456 +1234567890123456 0049170123456 'sms:0049' \
    +4917012345x 'x:a"b' 'x:a\b'; do
	check 'add__takes_no_such_address' \
	    untouched 2 address ann --no-confirm --add="$address"
	check 'add__says_so_in_one_line' same 1 "$(put "$err" | wc -l)"
done
check 'add__says_what_an_address_is' untouched 2 address ann --add=alice
check 'add__names_the_forms' \
    says '^otp-enroll: alice: not an address: use user@example.org'

# --- Prefixes ---

check 'sms__is_off' \
    untouched 1 address ann --no-confirm --add=+491701234567
check 'sms__names_the_option' says "'sms_prefixes' is not set"
configure virtual_users "sockets = $sockets" 'sms_prefixes = +43, +4917'
for number in +1701234567 +494017012345 sms:+441701234567; do
	check "sms__to_$number" untouched 1 address ann --no-confirm \
	    --add=$number
done
check 'sms__names_the_prefixes' says '^otp-enroll: +44\*\*\*567 begins with none.*: +43,+4917\.$'
configure virtual_users "sockets = $sockets" 'sms_prefixes = 0049'
check 'sms__prefixes_are_checked' untouched 2 address ann
check 'sms__says_what_prefixes_are' says "sms_prefixes: must be a list of prefixes"
configure virtual_users "sockets = $sockets" 'sms_prefixes = +43, +4917'

# --- The socket ---

check 'socket__is_not_there' untouched 1 address ann --add=a@example.org
check 'socket__says_how_it_is_started' \
    says 'systemctl enable --now pam_otp-deliver\.socket'
check 'socket__names_the_other_way' says "$sockets/deliver\..*--no-confirm"
check 'socket__changes_nothing' says 'Nothing changed: a\*\*\*@example\.org was not added\.'
rm -r "$sockets"
check 'socket__has_no_folder' untouched 1 address ann --add=a@example.org
check 'socket__without_folder_says_how_it_is_started' \
    says 'systemctl enable --now pam_otp-deliver\.socket'
mkdir -m 777 "$sockets"
chmod 777 "$sockets"
check 'socket__of_others_is_not_used' \
    untouched 1 address ann --add=a@example.org
check 'socket__of_others_says_why' says "$sockets: others can write to it"
chmod 700 "$sockets"

# --- Without a code ---

four() {
	ends 0 address ann --no-confirm --add=ann@example.org &&
	    shows '^Codes of ann can be sent to a\*\*\*@example\.org\.$' &&
	    ends 0 address ann --no-confirm --add='+49 170-1234567' &&
	    ends 0 address ann --no-confirm --add=signal:ann &&
	    ends 0 address ann --no-confirm --add=b@example.org &&
	    same 4 "$(grep -c '^deliver:[A-Z2-7]\{32\}:' "$store/seed/ann")" &&
	    same 4 "$(grep '^deliver:' "$store/seed/ann" | cut -d: -f2 |
		sort -u | wc -l)"
}
check 'add__without_a_code' four
check 'add__not_twice' \
    untouched 1 address ann --no-confirm --add=mailto:b@example.org
check 'add__names_the_one_that_is_there' \
    says 'ann already has the address b\*\*\*@example\.org\.'
check 'add__takes_no_fifth' \
    untouched 1 address ann --no-confirm --add=c@example.org
check 'add__says_how_many_there_can_be' says 'already has 4 addresses'
listed() {
	ends 0 address ann && same "1  mail  a***@example.org
2  sms  +49***567
3  signal  signal:***
4  mail  b***@example.org" "$out"
}
check 'address__lists_them_masked' listed
check 'status__lists_the_same' same "$out" "$("$OTP_ENROLL" --conf "$conf" \
    status ann | sed -n 's/^Address *//p')"
give_service
check 'add__leaves_tokens_as_they_are' \
    login ann "$(oathtool --hotp -b "$secret")"

# --- Removed ---

for which in 0 5 -1 1x '' a@b 99999999999999999999; do
	check "remove__takes_no_$which" untouched 2 address ann --remove="$which"
done
check 'remove__names_the_list' says "otp-enroll address ann"
two() {
	ends 0 address ann --remove=2 &&
	    shows '^Codes of ann are no longer sent to +49\*\*\*567\.$' &&
	    ends 0 address ann && same "1  mail  a***@example.org
2  signal  signal:***
3  mail  b***@example.org" "$out" && ! grep -q sms: "$store/seed/ann"
}
check 'remove__one' two
enroll address ann --remove=3
enroll address ann --remove=2
enroll remove --token=1 --yes ann
check 'remove__leaves_the_last_way_in' untouched 1 address ann --remove=1
check 'remove__names_the_command_for_that' says "otp-enroll remove ann"
enroll new --add --print --no-confirm --hotp ann
secret=$(secret_in "$out")
last() {
	ends 0 address ann --remove=1 && ends 0 address ann &&
	    shows 'has no addresses' && ! grep -q ^deliver "$store/seed/ann" &&
	    login ann "$(oathtool --hotp -b "$secret")"
}
check 'remove__the_last_where_there_is_a_token' last

# --- On a terminal ---

for tool in expect python3; do
	have $tool || {
		skip 'terminal' "$tool is not installed"
		finish
	}
done
python3 - "$sockets/deliver" "$frame" <<'END' &
import os
import socket
import sys

path, frame = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(8)
while True:
    peer = listener.accept()[0]
    with open(frame + ".part", "wb") as file:
        while part := peer.recv(65536):
            file.write(part)
    peer.close()
    os.rename(frame + ".part", frame)
END
taker=$!
trap 'kill $taker 2>/dev/null; rm -rf "$scratch"' EXIT
await test -S "$sockets/deliver" || exit 99
if [ "${NLS:-yes}" != no ] && have localedef && localedef -i de_DE -f UTF-8 \
    "$scratch/de_DE.UTF-8" >"$scratch/said" 2>&1; then
	GERMAN="LOCPATH='$scratch' LC_ALL=de_DE.UTF-8"
	GERMAN="$GERMAN TEST_LOCALE_DIR='$top_builddir/po/locale'"
	export GERMAN="$GERMAN '$top_builddir/tests/tool/translated'"
fi
number=$tap_number
export OTP_ENROLL conf store number
expect -f "$(dirname "$0")/address.exp"
